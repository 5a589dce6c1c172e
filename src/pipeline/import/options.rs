//! What the user chooses about an import.

use crate::model::Merge;

/// By what a record is found among the contacts that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchBy {
    /// The key that an earlier import left.
    Key,
    /// The source's UID, whatever else has changed.
    Uid,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// The name.
    Name,
}

/// What becomes of a record whose contact is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnMatch {
    /// Nothing; a photo that never arrived is set all the same.
    #[default]
    Skip,
    /// What is empty there is filled.
    Fill,
    /// What differs is set to what the source says; what the source lacks stays.
    Update,
    /// The contact becomes what the source says.
    Replace,
    /// It is created once more.
    Duplicate,
}

impl MatchBy {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Key, Self::Uid, Self::Email, Self::Phone, Self::Name];
    /// What is looked at when the user does not say.
    pub const DEFAULT: [Self; 2] = [Self::Key, Self::Uid];

    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Uid => "uid",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Name => "name",
        }
    }

    /// Whether it is a mark that an import has left, and nothing that the contact shows.
    pub(super) fn is_mark(self) -> bool {
        matches!(self, Self::Key | Self::Uid)
    }

    /// What two contacts have in common that match by it.
    pub(super) fn common(self) -> &'static str {
        match self {
            Self::Key | Self::Uid => "UID",
            Self::Email => "e-mail address",
            Self::Phone => "phone number",
            Self::Name => "name",
        }
    }
}

impl OnMatch {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Skip, Self::Fill, Self::Update, Self::Replace, Self::Duplicate];

    /// Its word on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Fill => "fill",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Duplicate => "duplicate",
        }
    }

    /// How what is there and what comes become one, where they do.
    pub(super) fn merging(self) -> Option<Merge> {
        match self {
            Self::Fill => Some(Merge::Fill),
            Self::Update => Some(Merge::Update),
            Self::Replace => Some(Merge::Replace),
            Self::Skip | Self::Duplicate => None,
        }
    }
}

/// What the user chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// By what records are found, in this order: the first that finds something decides.
    pub match_by: Vec<MatchBy>,
    /// What becomes of those that are found.
    pub on_match: OnMatch,
    /// Categories that every imported contact gets beside its own.
    pub categories: Vec<String>,
    /// The most contacts that may be changed; a plan that would change more is not carried out.
    pub max_changes: Option<u64>,
    /// Whether photos that are links are fetched.
    pub fetches_photos: bool,
    /// Whether a contact is left alone that somebody has changed since it was planned: its record fails.
    pub exactly: bool,
    /// Whether every contact is read back and compared at the end.
    pub verify: bool,
    /// Whether nothing is done but for records that failed, or were not reached, when the same run was there before.
    pub failed_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        let (match_by, on_match) = (MatchBy::DEFAULT.to_vec(), OnMatch::default());
        let (categories, max_changes, fetches_photos) = (Vec::new(), None, false);
        let (exactly, verify, failed_only) = (false, false, false);
        Self { match_by, on_match, categories, max_changes, fetches_photos, exactly, verify, failed_only }
    }
}

/// That photos are fetched, in what makes a run.
const FETCHES_PHOTOS: &str = " fetch-photos";

impl Options {
    /// What of it makes another run, as one line.
    pub fn telling(&self) -> String {
        let by: Vec<_> = self.match_by.iter().map(|by| by.word()).collect();
        let categories = serde_json::Value::from(self.categories.as_slice());
        let photos = if self.fetches_photos { FETCHES_PHOTOS } else { "" };
        format!("match-by {} on-match {}{photos} categories {categories}", by.join(","), self.on_match.word())
    }

    /// Reads back what [`telling`](Self::telling) says; none when another version of cardferry said it.
    pub fn told(text: &str) -> Option<Self> {
        let (by, rest) = text.strip_prefix("match-by ")?.split_once(" on-match ")?;
        let (how, categories) = rest.split_once(" categories ")?;
        let (how, fetches_photos) = how.strip_suffix(FETCHES_PHOTOS).map_or((how, false), |how| (how, true));
        let by = by.split(',').map(|word| MatchBy::ALL.into_iter().find(|by| by.word() == word));
        Some(Self {
            match_by: by.collect::<Option<_>>()?,
            on_match: OnMatch::ALL.into_iter().find(|of| of.word() == how)?,
            categories: serde_json::from_str::<Vec<String>>(categories).ok()?,
            fetches_photos,
            ..Self::default()
        })
    }

    /// Whether records are found by something that a contact shows, and not by the marks it carries alone.
    pub(super) fn compares_traits(&self) -> bool {
        !self.match_by.iter().all(|by| by.is_mark())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_another_run_reads_back() {
        for on_match in OnMatch::ALL {
            let categories = vec!["A on-match fill".to_owned(), "\"B\", ü".to_owned()];
            let options = Options { match_by: MatchBy::ALL.to_vec(), on_match, categories, ..Options::default() };
            let options = Options { fetches_photos: on_match == OnMatch::Fill, ..options };
            assert_eq!(Options::told(&options.telling()), Some(options));
        }
        for text in
            ["", "match-by key", "match-by x on-match skip categories []", "match-by key on-match skip categories 7"]
        {
            assert_eq!(Options::told(text), None, "{text}");
        }
    }
}
