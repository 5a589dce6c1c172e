//! What the languages of the tables are called.

/// The primary subtag of RFC 5646, and the English name.
const NAMES: &[(&str, &str)] = &[
    ("af", "Afrikaans"),
    ("ar", "Arabic"),
    ("ast", "Asturian"),
    ("be", "Belarusian"),
    ("bg", "Bulgarian"),
    ("br", "Breton"),
    ("bs", "Bosnian"),
    ("ca", "Catalan"),
    ("cak", "Kaqchikel"),
    ("cs", "Czech"),
    ("cy", "Welsh"),
    ("da", "Danish"),
    ("de", "German"),
    ("dsb", "Lower Sorbian"),
    ("el", "Greek"),
    ("en", "English"),
    ("es", "Spanish"),
    ("et", "Estonian"),
    ("eu", "Basque"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("fy", "Frisian"),
    ("ga", "Irish"),
    ("gd", "Scottish Gaelic"),
    ("gl", "Galician"),
    ("he", "Hebrew"),
    ("hi", "Hindi"),
    ("hr", "Croatian"),
    ("hsb", "Upper Sorbian"),
    ("hu", "Hungarian"),
    ("hy", "Armenian"),
    ("hye", "Armenian"),
    ("ia", "Interlingua"),
    ("id", "Indonesian"),
    ("is", "Icelandic"),
    ("it", "Italian"),
    ("ja", "Japanese"),
    ("ka", "Georgian"),
    ("kab", "Kabyle"),
    ("kk", "Kazakh"),
    ("km", "Khmer"),
    ("ko", "Korean"),
    ("lt", "Lithuanian"),
    ("lv", "Latvian"),
    ("mk", "Macedonian"),
    ("ms", "Malay"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("nn", "Norwegian Nynorsk"),
    ("pa", "Punjabi"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("rm", "Romansh"),
    ("ro", "Romanian"),
    ("ru", "Russian"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("sq", "Albanian"),
    ("sr", "Serbian"),
    ("sv", "Swedish"),
    ("th", "Thai"),
    ("tr", "Turkish"),
    ("uk", "Ukrainian"),
    ("uz", "Uzbek"),
    ("vi", "Vietnamese"),
    ("zh", "Chinese"),
];

/// The region subtags that tell tables of one language apart, and what people say.
const REGIONS: &[(&str, &str)] = &[
    ("AR", "Argentina"),
    ("BR", "Brazil"),
    ("CN", "simplified"),
    ("GB", "Great Britain"),
    ("HK", "Hong Kong"),
    ("MX", "Mexico"),
    ("PT", "Portugal"),
    ("TW", "traditional"),
];

/// The name of a language tag: `Portuguese (Brazil)`.
pub(in crate::formats) fn language_name(tag: &str) -> String {
    let (language, region) = tag.split_once('-').map_or((tag, None), |(language, region)| (language, Some(region)));
    let find = |rows: &[(&str, &'static str)], wanted| rows.iter().find(|(code, _)| *code == wanted).map(|row| row.1);
    let name = find(NAMES, language).unwrap_or(language);
    match region {
        Some(region) => format!("{name} ({})", find(REGIONS, region).unwrap_or(region)),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::table::dialects::tables;

    #[test]
    fn every_language_of_a_table_has_a_name() {
        for table in tables() {
            let name = language_name(table.language);
            assert!(name.starts_with(|c: char| c.is_ascii_uppercase()), "{}: {name}", table.language);
            let region = table.language.split_once('-').map(|(_, region)| region);
            assert!(region.is_none_or(|region| !name.contains(&format!("({region})"))), "{name}");
        }
        assert_eq!(language_name("pt-BR"), "Portuguese (Brazil)");
    }
}
