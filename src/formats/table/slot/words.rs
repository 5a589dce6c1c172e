//! The fixed words that Outlook fills some columns with, in its languages, as they are compared.

use crate::formats::table::fold::fold;
use crate::model::Sex;

/// Gender; the word for "not said" is no gender.
const GENDERS: &[(&str, Option<Sex>)] = &[
    ("unspecified", None),
    ("keine angabe", None),
    ("nicht angegeben", None),
    ("non précisé", None),
    ("non spécifié", None),
    ("non specificato", None),
    ("sin especificar", None),
    ("no especificado", None),
    ("não especificado", None),
    ("niet opgegeven", None),
    ("niet gespecificeerd", None),
    ("ikke angivet", None),
    ("ikke angitt", None),
    ("ikke spesifisert", None),
    ("ej angivet", None),
    ("ospecificerat", None),
    ("nie określono", None),
    ("nieokreślona", None),
    ("не указан", None),
    ("не указано", None),
    ("не определен", None),
    ("не определено", None),
    ("指定なし", None),
    ("지정 안 함", None),
    ("지정하지 않음", None),
    ("未指定", None),
    ("未指明", None),
    ("belirtilmemiş", None),
    ("neurčené", None),
    ("neuvedené", None),
    ("neurčeno", None),
    ("neuvedeno", None),
    ("male", Some(Sex::Male)),
    ("männlich", Some(Sex::Male)),
    ("masculin", Some(Sex::Male)),
    ("homme", Some(Sex::Male)),
    ("maschio", Some(Sex::Male)),
    ("maschile", Some(Sex::Male)),
    ("uomo", Some(Sex::Male)),
    ("hombre", Some(Sex::Male)),
    ("masculino", Some(Sex::Male)),
    ("homem", Some(Sex::Male)),
    ("man", Some(Sex::Male)),
    ("mannelijk", Some(Sex::Male)),
    ("mand", Some(Sex::Male)),
    ("mann", Some(Sex::Male)),
    ("mężczyzna", Some(Sex::Male)),
    ("мужской", Some(Sex::Male)),
    ("муж", Some(Sex::Male)),
    ("男性", Some(Sex::Male)),
    ("男", Some(Sex::Male)),
    ("남성", Some(Sex::Male)),
    ("남자", Some(Sex::Male)),
    ("erkek", Some(Sex::Male)),
    ("muž", Some(Sex::Male)),
    ("m", Some(Sex::Male)),
    ("female", Some(Sex::Female)),
    ("weiblich", Some(Sex::Female)),
    ("féminin", Some(Sex::Female)),
    ("femme", Some(Sex::Female)),
    ("femmina", Some(Sex::Female)),
    ("femminile", Some(Sex::Female)),
    ("donna", Some(Sex::Female)),
    ("mujer", Some(Sex::Female)),
    ("femenino", Some(Sex::Female)),
    ("feminino", Some(Sex::Female)),
    ("mulher", Some(Sex::Female)),
    ("vrouw", Some(Sex::Female)),
    ("vrouwelijk", Some(Sex::Female)),
    ("kvinde", Some(Sex::Female)),
    ("kvinne", Some(Sex::Female)),
    ("kvinna", Some(Sex::Female)),
    ("kobieta", Some(Sex::Female)),
    ("женский", Some(Sex::Female)),
    ("жен", Some(Sex::Female)),
    ("女性", Some(Sex::Female)),
    ("女", Some(Sex::Female)),
    ("여성", Some(Sex::Female)),
    ("여자", Some(Sex::Female)),
    ("kadın", Some(Sex::Female)),
    ("bayan", Some(Sex::Female)),
    ("žena", Some(Sex::Female)),
    ("f", Some(Sex::Female)),
    ("w", Some(Sex::Female)),
];

/// Sensitivity, and the model's word for it; the ordinary one, which is a priority's word too, is none.
const SENSITIVITIES: &[(&str, &str)] = &[
    ("normal", ""),
    ("normale", ""),
    ("normaal", ""),
    ("normalny", ""),
    ("normalna", ""),
    ("normální", ""),
    ("normálna", ""),
    ("обычная", ""),
    ("обычный", ""),
    ("обычное", ""),
    ("нормальная", ""),
    ("標準", ""),
    ("普通", ""),
    ("보통", ""),
    ("일반", ""),
    ("一般", ""),
    ("标准", ""),
    ("常规", ""),
    ("personal", "personal"),
    ("persönlich", "personal"),
    ("personnel", "personal"),
    ("personale", "personal"),
    ("pessoal", "personal"),
    ("persoonlijk", "personal"),
    ("personlig", "personal"),
    ("personligt", "personal"),
    ("osobiste", "personal"),
    ("osobní", "personal"),
    ("osobné", "personal"),
    ("личное", "personal"),
    ("личная", "personal"),
    ("個人用", "personal"),
    ("個人", "personal"),
    ("个人", "personal"),
    ("개인", "personal"),
    ("kişisel", "personal"),
    ("private", "private"),
    ("privat", "private"),
    ("privé", "private"),
    ("privato", "private"),
    ("privado", "private"),
    ("particular", "private"),
    ("prywatne", "private"),
    ("soukromé", "private"),
    ("súkromné", "private"),
    ("частное", "private"),
    ("親展", "private"),
    ("プライベート", "private"),
    ("私人", "private"),
    ("私有", "private"),
    ("비공개", "private"),
    ("özel", "private"),
    ("confidential", "confidential"),
    ("company-confidential", "confidential"),
    ("vertraulich", "confidential"),
    ("confidentiel", "confidential"),
    ("riservato", "confidential"),
    ("confidencial", "confidential"),
    ("vertrouwelijk", "confidential"),
    ("fortrolig", "confidential"),
    ("konfidentiellt", "confidential"),
    ("konfidensielt", "confidential"),
    ("poufne", "confidential"),
    ("důvěrné", "confidential"),
    ("dôverné", "confidential"),
    ("конфиденциально", "confidential"),
    ("конфиденциальное", "confidential"),
    ("社外秘", "confidential"),
    ("機密", "confidential"),
    ("机密", "confidential"),
    ("기밀", "confidential"),
    ("gizli", "confidential"),
];

/// The flag "Private" when it is set, and when it is not.
const FLAGS: &[(&str, bool)] = &[
    ("true", true),
    ("wahr", true),
    ("ein", true),
    ("ja", true),
    ("vrai", true),
    ("oui", true),
    ("vero", true),
    ("sì", true),
    ("verdadero", true),
    ("sí", true),
    ("verdadeiro", true),
    ("sim", true),
    ("waar", true),
    ("sand", true),
    ("sann", true),
    ("sant", true),
    ("prawda", true),
    ("tak", true),
    ("истина", true),
    ("да", true),
    ("はい", true),
    ("オン", true),
    ("참", true),
    ("예", true),
    ("真", true),
    ("是", true),
    ("doğru", true),
    ("evet", true),
    ("pravda", true),
    ("ano", true),
    ("áno", true),
    ("yes", true),
    ("on", true),
    ("1", true),
    ("false", false),
    ("falsch", false),
    ("aus", false),
    ("nein", false),
    ("faux", false),
    ("non", false),
    ("falso", false),
    ("no", false),
    ("não", false),
    ("onwaar", false),
    ("nee", false),
    ("falsk", false),
    ("usann", false),
    ("falskt", false),
    ("nej", false),
    ("nei", false),
    ("fałsz", false),
    ("nie", false),
    ("ложь", false),
    ("нет", false),
    ("いいえ", false),
    ("オフ", false),
    ("거짓", false),
    ("아니요", false),
    ("假", false),
    ("否", false),
    ("yanlış", false),
    ("hayır", false),
    ("nepravda", false),
    ("ne", false),
    ("off", false),
    ("0", false),
];

fn find<T: Copy>(rows: &[(&str, T)], cell: &str) -> Option<T> {
    let folded = fold(cell);
    rows.iter().find(|(word, _)| *word == folded).map(|(_, value)| *value)
}

/// The sex that a word stands for; none of it for "unspecified". Nothing for another word.
pub(in crate::formats) fn gender(cell: &str) -> Option<Option<Sex>> {
    find(GENDERS, cell)
}

/// The model's word for a sensitivity; nothing for another word.
pub(in crate::formats) fn sensitivity(cell: &str) -> Option<&'static str> {
    find(SENSITIVITIES, cell)
}

/// Whether a flag is set; nothing for another word.
pub(in crate::formats) fn flag(cell: &str) -> Option<bool> {
    find(FLAGS, cell)
}

/// Whether a priority is the ordinary one.
pub(in crate::formats) fn is_ordinary(priority: &str) -> bool {
    sensitivity(priority) == Some("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_written_as_they_are_compared() {
        let words = GENDERS.iter().map(|(word, _)| word).chain(SENSITIVITIES.iter().map(|(word, _)| word));
        for word in words.chain(FLAGS.iter().map(|(word, _)| word)) {
            assert_eq!(fold(word), *word);
        }
    }

    #[test]
    fn a_word_means_one_thing() {
        for (at, (word, value)) in SENSITIVITIES.iter().enumerate() {
            assert!(SENSITIVITIES[..at].iter().all(|(other, _)| other != word), "{word} {value}");
        }
        assert_eq!(
            (gender("指定なし"), gender("Keine Angabe"), gender("Kobieta")),
            (Some(None), Some(None), Some(Some(Sex::Female)))
        );
        assert_eq!(
            (sensitivity("標準"), sensitivity("Обычная"), sensitivity("Vertraulich")),
            (Some(""), Some(""), Some("confidential"))
        );
        assert_eq!(
            (flag("Aus"), flag("Faux"), flag("真"), flag("perhaps")),
            (Some(false), Some(false), Some(true), None)
        );
        assert!(is_ordinary("보통") && !is_ordinary("High"));
    }
}
