//! Where somebody works.

use crate::model::Rest;

/// An employer and the contact's place in it. Empty text means absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Organization {
    /// Company (vCard ORG, first component).
    pub company: String,
    /// Phonetic spelling of the company.
    pub yomi_company: String,
    /// Department; several levels are separated by a semicolon and a blank.
    pub department: String,
    /// Job title (vCard TITLE).
    pub job_title: String,
    /// Function (vCard ROLE).
    pub role: String,
    /// Office location.
    pub office: String,
    /// Profession.
    pub profession: String,
    /// Name of the manager.
    pub manager: String,
    /// Name of the assistant.
    pub assistant: String,
    /// What the source said beyond that of the ORG property (for further employers; the first one's stands in
    /// [`Contact::rest`](crate::model::Contact::rest)).
    pub rest: Rest,
}

impl Organization {
    /// Whether nothing is known of it.
    pub fn is_empty(&self) -> bool {
        let Self { company, yomi_company, department, job_title, role, office, profession, manager, assistant, rest } =
            self;
        let texts = [company, yomi_company, department, job_title, role, office, profession, manager, assistant];
        texts.into_iter().all(String::is_empty) && rest.is_empty()
    }
}
