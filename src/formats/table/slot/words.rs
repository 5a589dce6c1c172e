//! The fixed words that Outlook fills some columns with, in its languages.

use crate::formats::table::fold::fold;
use crate::model::Sex;

/// Gender; Outlook's word for "not said" is no gender.
const GENDERS: &[(&str, Option<Sex>)] = &[
    ("unspecified", None),
    ("keine angabe", None),
    ("non précisé", None),
    ("non spécifié", None),
    ("male", Some(Sex::Male)),
    ("female", Some(Sex::Female)),
    ("männlich", Some(Sex::Male)),
    ("weiblich", Some(Sex::Female)),
    ("masculin", Some(Sex::Male)),
    ("féminin", Some(Sex::Female)),
    ("homme", Some(Sex::Male)),
    ("femme", Some(Sex::Female)),
    ("m", Some(Sex::Male)),
    ("f", Some(Sex::Female)),
    ("w", Some(Sex::Female)),
];

/// Sensitivity, and the model's word for it; the ordinary one is none.
const SENSITIVITIES: &[(&str, &str)] = &[
    ("normal", ""),
    ("normale", ""),
    ("personal", "personal"),
    ("private", "private"),
    ("confidential", "confidential"),
    ("company-confidential", "confidential"),
    ("persönlich", "personal"),
    ("privat", "private"),
    ("vertraulich", "confidential"),
    ("personnel", "personal"),
    ("privé", "private"),
    ("confidentiel", "confidential"),
];

/// The flag "Private" when it is set, and when it is not.
const FLAGS: &[(&str, bool)] = &[
    ("true", true),
    ("wahr", true),
    ("ein", true),
    ("vrai", true),
    ("yes", true),
    ("1", true),
    ("false", false),
    ("falsch", false),
    ("aus", false),
    ("faux", false),
    ("no", false),
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

/// Outlook's English word for a sex.
pub(in crate::formats) fn gender_word(sex: Sex) -> Option<&'static str> {
    match sex {
        Sex::Male => Some("Male"),
        Sex::Female => Some("Female"),
        _ => None,
    }
}

/// The model's word for a sensitivity; nothing for another word.
pub(in crate::formats) fn sensitivity(cell: &str) -> Option<&'static str> {
    find(SENSITIVITIES, cell)
}

/// Outlook's English word for a sensitivity of the model.
pub(in crate::formats) fn sensitivity_word(sensitivity: &str) -> Option<&'static str> {
    [("personal", "Personal"), ("private", "Private"), ("confidential", "Confidential")]
        .into_iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(sensitivity))
        .map(|(_, written)| written)
}

/// Whether a flag is set; nothing for another word.
pub(in crate::formats) fn flag(cell: &str) -> Option<bool> {
    find(FLAGS, cell)
}

/// Whether a priority is the ordinary one.
pub(in crate::formats) fn is_ordinary(priority: &str) -> bool {
    sensitivity(priority) == Some("")
}
