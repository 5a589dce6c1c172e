//! The names of the months, as the computers of a language write them.

/// For each language how its twelve months begin, as short as tells them apart; `|` stands between several forms of one
/// month. From the locales of the GNU C library (`mon`, `abmon`, `alt_mon`), and letters without their accents.
#[rustfmt::skip]
const MONTHS: &[(&str, &str)] = &[
    ("en", "jan feb mar apr may jun jul aug sep oct nov dec"),
    ("de", "jan|jän feb mär|mrz|mae|mar apr mai jun jul aug sep okt nov dez"),
    ("fr", "jan fév|fev mar avr mai juin juil aoû|aou sep oct nov déc|dec"),
    ("es", "ene feb mar abr may jun jul ago sep|set oct nov dic"),
    ("it", "gen feb mar apr mag giu lug ago set ott nov dic"),
    ("pt", "jan fev mar abr mai jun jul ago set out nov dez"),
    ("nl", "jan feb mrt|maa|mar apr mei jun jul aug sep okt nov dec"),
    ("af", "jan feb mrt|maa apr mei jun jul aug sep okt nov des"),
    ("ast", "xin feb mar abr may xun xnt ago set och pay avi"),
    ("be", "сту лют сак кра мая|май чэр ліп жні вер кас ліс сне"),
    ("bg", "яну фев мар апр май юни юли авг сеп окт ное дек"),
    ("bs", "jan feb mar apr maj jun jul aug sep okt nov dec"),
    ("ca", "gen feb mar abr mai jun jul ag set oct nov des"),
    ("cs", "led úno bře dub kvě červn|čvn červenc|čvc srp zář říj lis pro"),
    ("cy", "ion chw maw ebr mai meh gor aws med hyd tac rha"),
    ("da", "jan feb mar apr maj jun jul aug sep okt nov dec"),
    ("dsb", "jan feb měr apr maj jun jul awg sep okt now dec"),
    ("el", "ιαν φεβ μαρ|μάρ απρ μάι|μαΐ|μαι ιουν|ιούν ιουλ|ιούλ αυγ|αύγ σεπ οκτ νοε|νοέ δεκ"),
    ("et", "jaa vee mär apr mai juun juul aug sep okt nov det"),
    ("eu", "urt ots mar api mai eka uzt abu ira urr aza abe"),
    ("fi", "tam hel maa huh tou kes hei elo syy lok mar jou"),
    ("fy", "jan feb mrt|maar apr maai jun jul aug sep okt nov des"),
    ("ga", "ean fea már aib bea mei iúi lún mfó|meá dfó|dei sam nol"),
    ("gl", "xan feb mar abr mai xuñ xul ago set out nov dec"),
    ("he", "ינו פבר מרץ אפר מאי יונ יול אוג ספט אוק נוב דצמ"),
    ("hi", "जन फ़र मार अप् मई जून जुल अग सित अक् नव दिस"),
    ("hr", "sij velj|vel ožu tra svi lip srp kol ruj lis stu pro"),
    ("hsb", "jan feb měr apr mej jun jul awg sep okt now dec"),
    ("hu", "jan feb már ápr máj jún júl aug sze okt nov dec"),
    ("hy", "հունվ|հնվ փետ|փտր մար ապր մայ հունի|հնս հուլ|հլս օգո|օգս սեպ հոկ նոյ|նմբ դեկ"),
    ("id", "jan feb mar apr mei jun jul agu sep okt nov des"),
    ("is", "jan feb mar apr maí jún júl ágú sep okt nóv des"),
    ("ka", "იან თებ მარ აპრ მაი ივნ ივლ აგვ სექ ოქტ ნოე დეკ"),
    ("kk", "қаң ақп нау сәу мам мау шіл там қыр қаз қар жел"),
    ("lt", "sau vas kov bal geg bir lie rugp rugs spa lap gru"),
    ("lv", "jan feb mar apr mai jūn jūl aug sep okt nov dec"),
    ("mk", "јан фев мар апр мај јун јул авг сеп окт ное дек"),
    ("ms", "jan feb mac apr mei jun jul ogo sep okt nov dis"),
    ("nb", "jan feb mar apr mai jun jul aug sep okt nov des"),
    ("nn", "jan feb mar apr mai jun jul aug sep okt nov des"),
    ("pl", "sty lut mar kwi maj cze lip sie wrz paź lis gru"),
    ("ro", "ian feb mar apr mai iun iul aug sep oct nov|noi dec"),
    ("ru", "янв фев мар апр мая|май июн июл авг сен окт ноя дек"),
    ("sk", "jan feb mar apr máj jún júl aug sep okt nov dec"),
    ("sl", "jan feb mar apr maj jun jul avg sep okt nov dec"),
    ("sq", "jan shk mar pri maj qer kor gus|gsh sht tet nën dhj"),
    ("sr", "јан феб мар апр мај јун јул авг сеп окт нов дец"),
    ("sv", "jan feb mar apr maj jun jul aug sep okt nov dec"),
    ("th", "ม.ค|มกร ก.พ|กุม มี.ค|มีน เม.ย|เมษ พ.ค|พฤษ มิ.ย|มิถ ก.ค|กรก ส.ค|สิง ก.ย|กัน ต.ค|ตุล พ.ย|พฤศ ธ.ค|ธัน"),
    ("tr", "oca şub mar nis may haz tem ağu eyl eki kas ara"),
    ("uk", "січ лют бер кві тра чер лип сер вер жов лис гру"),
    ("uz", "yan fev mar apr may iyun|iyn iyul|iyl avg sen okt noy dek"),
];

/// The month (from 1) that a word in lower case names: in this language, else in English, else in any in which it names
/// one, if all of these agree.
pub(in crate::formats) fn month(word: &str, language: &str) -> Option<u16> {
    let of = |wanted: &str| MONTHS.iter().find(|(language, _)| *language == wanted).and_then(|row| in_row(row, word));
    let primary = language.split(['_', '-']).next().unwrap_or_default();
    of(primary).or_else(|| of("en")).or_else(|| {
        let mut found = MONTHS.iter().filter_map(|row| in_row(row, word));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    })
}

fn in_row((_, names): &(&str, &str), word: &str) -> Option<u16> {
    let at = names.split(' ').position(|forms| forms.split('|').any(|form| word.starts_with(form)))?;
    u16::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_twelve_months_that_differ() {
        for row in MONTHS {
            let months: Vec<_> = row.1.split(' ').collect();
            assert_eq!(months.len(), 12, "{}", row.0);
            for (at, form) in months.iter().enumerate().flat_map(|(at, forms)| forms.split('|').map(move |it| (at, it)))
            {
                assert_eq!(in_row(row, form), u16::try_from(at + 1).ok(), "{} {form}", row.0);
            }
        }
    }

    #[test]
    fn a_word_is_of_its_own_language_first() {
        assert_eq!(month("marraskuu", "fi"), Some(11));
        assert_eq!(month("maaliskuuta", "fi"), Some(3));
        assert_eq!(month("march", "fi"), Some(11), "no Finn writes so");
        assert_eq!(month("märz", "en"), Some(3));
        assert_eq!(month("января", "de"), Some(1));
        assert_eq!(month("października", "pl"), Some(10));
        assert_eq!(month("lis", "en"), None, "November in Czech, October in Croatian");
        assert_eq!(month("dezembro", "pt_BR"), Some(12));
        assert_eq!(month("monday", "en"), None);
    }
}
