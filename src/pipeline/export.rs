//! From a mailbox to a file.

use std::collections::HashSet;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{StreamExt, stream};
use serde_json::{Map, Value};

use crate::formats::Encoder;
use crate::formats::exchange::{self, Item};
use crate::formats::photo;
use crate::model::{Field, Photo, PhotoData, Why};
use crate::pipeline::links::{keeps_photo, link_of};
use crate::pipeline::{Encoded, Ending, NoPhoto, PhotoLink, RecordReport, Sink, Totals, Watcher};
use crate::remote::api::{Expand, Place, Query};
use crate::remote::{Clock, Mailbox, RemoteError, Transport};

/// Contacts on a page. Each comes with all it has, so that pages are not as big as they could be.
const PER_PAGE: u32 = 250;
/// Photos that are fetched ahead, in order; the gate lets as many requests go as the service allows.
const PHOTOS_AHEAD: usize = 8;

/// Bytes held back before they go out.
const HELD: usize = 64 * 1024;

/// Why an export ended before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The mailbox.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The output.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
    /// The user.
    #[error("interrupted")]
    Interrupted,
}

/// Writes every contact of the folders, with its photo.
///
/// # Errors
/// When the mailbox refuses its list or is out of reach, when the output cannot be written, when the user interrupts:
/// then the output is not whole.
pub async fn export<'o, T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    places: &[Place],
    out: (&'o mut dyn Encoder, &'o mut dyn Sink),
    interrupted: &AtomicBool,
    watcher: &mut dyn Watcher,
) -> Result<Totals, ExportError> {
    let mut totals = Totals::default();
    let mut out = Out::new(out)?;
    for place in places {
        // Pages are counted from the start: what joins or leaves the folder in between moves the others.
        let mut seen = HashSet::new();
        let query = Query { top: Some(PER_PAGE), expand: Expand(exchange::all_extended()), ..Query::default() };
        let mut pages = mailbox.contacts(place, &query);
        while let Some(mut page) = pages.next().await? {
            page.retain(|json| {
                exchange::id_print(json, mailbox.endpoint().dialect).is_none_or(|print| seen.insert(print))
            });
            let mut items = stream::iter(page).map(|json| whole(mailbox, place, json)).buffered(PHOTOS_AHEAD);
            while let Some(item) = items.next().await {
                out.write(item?, &mut totals, watcher)?;
                if interrupted.load(Ordering::Relaxed) {
                    return Err(ExportError::Interrupted);
                }
            }
        }
    }
    out.pass_on()?;
    Ok(totals)
}

/// The way out.
struct Out<'o> {
    encoder: &'o mut dyn Encoder,
    sink: &'o mut dyn Sink,
    /// What is held back before it goes out.
    encoded: Encoded,
}

/// A contact on its way into the file, and what the service would not give of it.
struct Fetched {
    item: Item,
    refused: Option<Refused>,
}

/// What the service would not give, and why.
enum Refused {
    /// The contact, of which only a shortened form is known.
    Contact(RemoteError),
    Photo(RemoteError),
}

/// A contact with what a list leaves out: its photo, and its long texts where the list may have cut them.
async fn whole<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    place: &Place,
    json: Map<String, Value>,
) -> Result<Fetched, RemoteError> {
    let dialect = mailbox.endpoint().dialect;
    let mut item = exchange::read(json, dialect);
    if item.may_be_cut() {
        let query = Query { expand: Expand(exchange::all_extended()), ..Query::default() };
        match mailbox.contact(place, &item.id, &query).await {
            Ok(json) => item = exchange::read(json, dialect),
            Err(error) if error.is_about_one_request() => {
                return Ok(Fetched { item, refused: Some(Refused::Contact(error)) });
            }
            Err(error) => return Err(error),
        }
    }
    if item.has_picture == Some(false) {
        return Ok(Fetched { item, refused: None });
    }
    let refused = match mailbox.photo(place, &item.id).await {
        Ok(Some(picture)) => {
            let kind = photo::kind_of(&picture);
            item.contact.photo = Some(Photo { data: PhotoData::Bytes(picture.into()), kind });
            None
        }
        // A photo that is a link stays.
        Ok(None) => None,
        Err(error) if error.is_about_one_request() => Some(Refused::Photo(error)),
        Err(error) => return Err(error),
    };
    Ok(Fetched { item, refused })
}

impl<'o> Out<'o> {
    fn new((encoder, sink): (&'o mut dyn Encoder, &'o mut dyn Sink)) -> io::Result<Self> {
        let mut encoded = Encoded::default();
        encoder.opening(&mut encoded.bytes);
        let mut out = Self { encoder, sink, encoded };
        out.pass_on()?;
        Ok(out)
    }

    fn write(&mut self, fetched: Fetched, totals: &mut Totals, watcher: &mut dyn Watcher) -> io::Result<()> {
        let Fetched { item, refused } = fetched;
        let (name, id) = (item.contact.display_name(), Some(item.id.as_str()));
        if let Some(Refused::Contact(error)) = refused {
            let why = error.to_string();
            let report = RecordReport { id, name: &name, why: Some(&why), ..RecordReport::of(Ending::Failed) };
            totals.count(&report, watcher);
            return Ok(());
        }
        let losses = self.encoded.add(self.encoder, &item.contact, self.sink.wants_contacts());
        if self.encoded.bytes.len() >= HELD {
            self.pass_on()?;
        }
        let has_photo = matches!(&item.contact.photo, Some(Photo { data: PhotoData::Bytes(_), .. }));
        let lost_photo = losses.iter().any(|loss| loss.field == Field::Photo && loss.why != Why::Remark);
        totals.photos += u64::from(has_photo && !lost_photo);
        let refused =
            refused.map(|(Refused::Contact(error) | Refused::Photo(error))| NoPhoto::Refused(error.to_string()));
        let photo_link = link_of(&item.contact).filter(|_| keeps_photo(&losses)).map(PhotoLink::Kept);
        let (losses, no_photo, name) = (losses.as_slice(), refused.as_ref(), name.as_str());
        let report = RecordReport { id, name, losses, no_photo, photo_link, ..RecordReport::of(Ending::Created) };
        totals.count(&report, watcher);
        Ok(())
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.sink.put(&self.encoded)?;
        self.encoded.bytes.clear();
        self.encoded.contacts.clear();
        Ok(())
    }
}
