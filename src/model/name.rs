//! The parts of a name.

/// A name and its parts. Empty text means absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Name {
    /// The name as it is shown (vCard FN, Exchange `displayName`).
    pub full: String,
    /// Honorific before the name (Dr., Ms.; Exchange `title`).
    pub prefix: String,
    /// Given name.
    pub given: String,
    /// Middle or further given names.
    pub middle: String,
    /// Family name.
    pub surname: String,
    /// Suffix (Jr., III, M.D.; Exchange `generation`).
    pub suffix: String,
    /// Initials.
    pub initials: String,
    /// Nickname; several are separated by a comma and a blank.
    pub nickname: String,
    /// What the contact is sorted under (Exchange `fileAs`, vCard SORT-STRING).
    pub file_as: String,
    /// Phonetic spelling of the given name.
    pub yomi_given: String,
    /// Phonetic spelling of the middle name.
    pub yomi_middle: String,
    /// Phonetic spelling of the family name.
    pub yomi_surname: String,
    /// Family name at birth.
    pub maiden: String,
}

impl Name {
    /// Prefix, given, middle, family name and suffix with blanks between: what a full name would be made of.
    pub fn joined(&self) -> String {
        let parts = [&self.prefix, &self.given, &self.middle, &self.surname, &self.suffix];
        let mut joined = String::with_capacity(parts.iter().map(|part| part.len() + 1).sum());
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(part);
        }
        joined
    }
}
