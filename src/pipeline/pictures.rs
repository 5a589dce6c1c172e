//! Pictures for photos that are links, while a conversion goes on.

use std::collections::VecDeque;
use std::sync::mpsc::Receiver;
#[cfg(feature = "remote")]
use std::sync::{Arc, mpsc};

#[cfg(feature = "remote")]
use tokio::runtime::Handle;

use crate::formats::{Outcome, Record, photo};
use crate::model::{Loss, Photo, PhotoData};
use crate::pipeline::links::{is_file_name, keeps_photo, link_of};
use crate::pipeline::{NoPhoto, PhotoLink};
#[cfg(feature = "remote")]
use crate::remote::fetch::Fetch;

/// Pictures that one thread has on their way at once: each may be in memory.
const AT_ONCE: usize = 4;

/// A picture on its way: its bytes, of a known kind, or why there are none, for people.
pub type Coming = Receiver<Result<Vec<u8>, String>>;

/// Brings the pictures that photo links lead to; asked from several threads at once.
pub trait Pictures: Sync {
    /// Begins to bring one.
    fn begin(&self, link: &str) -> Coming;
}

/// Fetches pictures on a runtime while a conversion's threads do their work.
#[cfg(feature = "remote")]
pub struct Background {
    pictures: Arc<dyn Fetch>,
    runtime: Handle,
}

#[cfg(feature = "remote")]
impl Background {
    /// Fetches on this runtime, which needs a thread of its own.
    pub fn new(pictures: Arc<dyn Fetch>, runtime: Handle) -> Self {
        Self { pictures, runtime }
    }
}

#[cfg(feature = "remote")]
impl Pictures for Background {
    fn begin(&self, link: &str) -> Coming {
        let (pictures, link, (done, coming)) = (Arc::clone(&self.pictures), link.to_owned(), mpsc::sync_channel(1));
        self.runtime.spawn(async move {
            let fetched = pictures.picture(&link).await.map_err(|why| why.to_string());
            // A conversion that has stopped waits for nothing.
            let _ = done.send(fetched);
        });
        coming
    }
}

/// A contact's photo that was a link when it was read.
#[derive(Debug)]
pub(super) struct Followed {
    link: String,
    fetched: bool,
    lost: bool,
    /// Why the picture did not take the link's place although it was wanted.
    pub(super) no_photo: Option<NoPhoto>,
}

impl Followed {
    /// Takes note of what the target could not hold.
    pub(super) fn told(&mut self, losses: &[Loss]) {
        self.lost = !keeps_photo(losses);
    }

    /// What became of it.
    pub(super) fn end(&self) -> Option<PhotoLink<'_>> {
        match (self.fetched, self.lost) {
            (true, false) => Some(PhotoLink::Fetched),
            (false, false) => Some(PhotoLink::Kept(&self.link)),
            (false, true) => Some(PhotoLink::Lost),
            // A picture that the target does not take has been told as that.
            (true, true) => None,
        }
    }
}

/// A record, the link that is its photo, and the picture that it waits for.
struct Waiting {
    record: Record,
    link: Option<String>,
    coming: Option<Coming>,
}

/// Records in their order, some of which wait for their pictures.
pub(super) struct Ahead<'a> {
    pictures: Option<&'a dyn Pictures>,
    records: VecDeque<Waiting>,
    /// How many of them wait.
    coming: usize,
}

impl<'a> Ahead<'a> {
    /// No records yet; without `pictures` none ever waits.
    pub(super) fn new(pictures: Option<&'a dyn Pictures>) -> Self {
        Self { pictures, records: VecDeque::new(), coming: 0 }
    }

    /// Adds a record, and begins to bring its picture.
    pub(super) fn push(&mut self, record: Record) {
        let link = match &record.outcome {
            Outcome::Contact(contact) => link_of(contact).map(str::to_owned),
            Outcome::Group(_) | Outcome::Reject(_) => None,
        };
        let leads = link.as_deref().filter(|link| !is_file_name(link));
        let coming = self.pictures.zip(leads).map(|(pictures, link)| pictures.begin(link));
        self.coming += usize::from(coming.is_some());
        self.records.push_back(Waiting { record, link, coming });
    }

    /// The next record with its picture in the place of the link, if that could be had. None while it is on its way,
    /// unless so many are that this one must be waited for, or it is the end.
    pub(super) fn next(&mut self, end: bool) -> Option<(Record, Option<Followed>)> {
        let waits = self.records.front()?.coming.is_some();
        if waits && !end && self.coming < AT_ONCE {
            return None;
        }
        self.coming -= usize::from(waits);
        let Waiting { mut record, link, coming } = self.records.pop_front()?;
        let came = coming.map(come).transpose();
        let followed = link.map(|link| Followed {
            link,
            fetched: matches!(came, Ok(Some(_))),
            lost: false,
            no_photo: came.as_ref().err().cloned().map(NoPhoto::NotFetched),
        });
        if let (Ok(Some(bytes)), Outcome::Contact(contact)) = (came, &mut record.outcome) {
            let kind = photo::kind_of(&bytes);
            contact.photo = Some(Photo { data: PhotoData::Bytes(bytes), kind });
        }
        Some((record, followed))
    }
}

fn come(coming: Coming) -> Result<Vec<u8>, String> {
    coming.recv().unwrap_or_else(|_| Err("the program is ending".to_owned()))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::{Mutex, mpsc};

    use super::*;
    use crate::formats::Position;
    use crate::model::Contact;

    /// Has pictures for links that begin with `https`, and remembers what it was asked for.
    #[derive(Default)]
    struct Album(Mutex<Vec<String>>);

    impl Pictures for Album {
        fn begin(&self, link: &str) -> Coming {
            self.0.lock().unwrap().push(link.to_owned());
            let (done, coming) = mpsc::sync_channel(1);
            done.send(if link.starts_with("https") { Ok(b"picture".to_vec()) } else { Err("no".into()) }).unwrap();
            coming
        }
    }

    fn record(number: u64, link: Option<&str>) -> Record {
        let photo = link.map(|link| Photo { data: PhotoData::Link(link.to_owned()), kind: None });
        let position = Position { record: number, ..Position::start(&"a.vcf".into()) };
        let outcome = Outcome::Contact(Box::new(Contact { photo, ..Contact::default() }));
        Record { position, raw: Default::default(), outcome, losses: Vec::new() }
    }

    #[test]
    fn records_keep_their_order_and_few_wait() {
        let (album, out) = (Album::default(), RefCell::new(Vec::new()));
        let mut ahead = Ahead::new(Some(&album));
        let take = |ahead: &mut Ahead<'_>, end| {
            while let Some((record, followed)) = ahead.next(end) {
                let end = followed.as_ref().map(|followed| matches!(followed.end(), Some(PhotoLink::Fetched)));
                out.borrow_mut().push((record.position.record, end));
            }
            out.borrow().len()
        };
        let mut taken = Vec::new();
        for (number, link) in
            (1..).zip([None, Some("https://a"), None, Some("cid:a"), Some("https://a"), Some("https://a"), None])
        {
            ahead.push(record(number, link));
            taken.push(take(&mut ahead, false));
        }
        assert_eq!(taken, [1, 1, 1, 1, 1, 3, 3], "the fourth picture is waited for with no more than the first");
        assert_eq!(take(&mut ahead, true), 7);
        let (no, yes) = (Some(false), Some(true));
        assert_eq!(out.into_inner(), [(1, None), (2, yes), (3, None), (4, no), (5, yes), (6, yes), (7, None)]);
        assert_eq!(album.0.into_inner().unwrap().len(), 4);
    }

    #[test]
    fn without_anybody_who_fetches_no_record_waits() {
        let mut ahead = Ahead::new(None);
        ahead.push(record(1, Some("https://a.example/")));
        let (_, followed) = ahead.next(false).unwrap();
        let mut followed = followed.unwrap();
        assert_eq!(followed.end(), Some(PhotoLink::Kept("https://a.example/")));
        followed.told(&[Loss::new(crate::model::Field::Photo, "the link", crate::model::Why::NoPlace)]);
        assert_eq!(followed.end(), Some(PhotoLink::Lost));
    }
}
