//! Photos that go as they are, photos that are made to fit, and those that cannot be.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use cardferry::formats::exchange::{Dialect, MAX_PHOTO_BYTES};
use cardferry::formats::{photo, vcard};
use cardferry::model::{Contact, Field, Photo, PhotoData, PhotoKind, Why};
use cardferry::pipeline::import::{Difference, Import, Imported, Inputs, OnMatch, Options};
use cardferry::pipeline::{Reading, RecordReport, Source, Watcher};
use cardferry::remote::api::Place;
use cardferry::remote::fetch::{Fetch, Fetching};
use cardferry::remote::{Clock, Mailbox, Transport, TransportError};
use cardferry::sandbox::Settings;
use cardferry::sandbox::behaviour::{Behaviour, Behaviours};
use http::{Method, Request, Response};
use image::ImageFormat;
use pretty_assertions::assert_eq;

use super::{BOTH, counts};
use crate::importing::{GOES_ON, How, import_file, ledger};
use crate::pictures::{encoded, heic, noise, quarters};
use crate::sandboxed::{Grumpy, Honest, mailbox, open, sandbox};

/// What was told of photos, and of what differs.
#[derive(Default)]
pub(super) struct Told {
    pub(super) refused: Vec<String>,
    pub(super) losses: Vec<String>,
    pub(super) differs: Vec<String>,
}

impl Watcher for Told {
    fn record(&mut self, report: &RecordReport<'_>) {
        self.refused.extend(report.no_photo.map(ToString::to_string));
        self.losses.extend(report.losses.iter().map(ToString::to_string));
    }

    fn differs(&mut self, difference: &Difference<'_>) {
        let names: Vec<_> = difference.changes.iter().map(|change| change.name.clone()).collect();
        self.differs.push(format!("{}: {}{}", difference.name, names.join(", "), difference.why));
    }
}

/// A file of one card with this picture.
pub(super) fn card(directory: &Path, picture: &[u8], note: &str) -> PathBuf {
    let kind = photo::kind_of(picture);
    let photo = Photo { data: PhotoData::Bytes(picture.to_vec()), kind };
    let mut contact = Contact { uid: "u1".into(), photo: Some(photo), notes: note.into(), ..Contact::default() };
    contact.name.given = "Ada".into();
    contact.name.full = "Ada".into();
    let mut writer = vcard::Writer::new(Vec::new(), vcard::Version::V4_0);
    writer.write(&contact).unwrap();
    writer.finish().unwrap();
    let path = directory.join("ada.vcf");
    fs::write(&path, writer.into_inner()).unwrap();
    path
}

/// Imports, and reads all back.
pub(super) async fn verified<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    file: &Path,
    run: &str,
    on_match: OnMatch,
) -> (Imported, Told) {
    let mut told = Told::default();
    let options = Options { verify: true, on_match, ..Options::default() };
    let how = How { options, ..How::default() };
    let imported = import_file(mailbox, file, &mut ledger(run), &how, &mut told).await;
    assert!(imported.stopped.is_none(), "{:?}", imported.stopped);
    (imported, told)
}

/// The photo of the only contact there.
async fn there<T: Transport, C: Clock>(mailbox: &Mailbox<T, C>) -> Option<Bytes> {
    let (place, query) = (Place::default(), Default::default());
    let page = mailbox.contacts(&place, &query).next().await.unwrap().unwrap();
    assert_eq!(page.len(), 1);
    let id = page[0].get("id").or(page[0].get("Id")).unwrap().as_str().unwrap();
    mailbox.photo(&place, id).await.unwrap()
}

fn dropping(directory: &Path) -> cardferry::sandbox::Sandbox {
    let behaviours = Behaviours::default().with(Behaviour::PngDropped, true);
    open(&directory.join("store.db"), &Settings { behaviours, seed: Some(7), ..Settings::default() })
}

const KINDS: [ImageFormat; 5] =
    [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP];

#[tokio::test]
async fn what_the_service_takes_goes_byte_for_byte() {
    for dialect in BOTH {
        for format in KINDS {
            let directory = tempfile::tempdir().unwrap();
            let mailbox = mailbox(Honest(sandbox(directory.path())), dialect);
            let picture = encoded(&noise(300, 200), format);
            let (imported, told) =
                verified(&mailbox, &card(directory.path(), &picture, ""), "run1", OnMatch::Skip).await;
            assert_eq!((imported.totals.photos, imported.totals.refused_photos), (1, 0), "{format:?}");
            assert_eq!((told.losses, told.differs), (vec![], vec![]), "{format:?}");
            assert!(there(&mailbox).await.unwrap() == picture, "{format:?}");
        }
    }
}

/// A JPEG of just as many bytes as wanted: what follows a picture's end is nobody's.
fn jpeg_of(size: usize) -> Vec<u8> {
    let mut picture = encoded(&noise(64, 64), ImageFormat::Jpeg);
    picture.resize(size, 0);
    picture
}

#[tokio::test]
async fn the_limit_is_where_it_is_said_to_be() {
    for (size, touched) in [(MAX_PHOTO_BYTES, false), (MAX_PHOTO_BYTES + 1, true)] {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
        let (imported, told) =
            verified(&mailbox, &card(directory.path(), &jpeg_of(size), ""), "run1", OnMatch::Skip).await;
        assert_eq!((imported.totals.photos, imported.totals.refused_photos), (1, 0), "{size}");
        assert_eq!(told.losses.len(), usize::from(touched));
        assert_eq!(there(&mailbox).await.unwrap().len() == size, !touched);
    }
}

#[tokio::test]
async fn what_is_too_large_is_scaled_down_once_and_known_again() {
    let directory = tempfile::tempdir().unwrap();
    let mut picture = encoded(&noise(100, 100), ImageFormat::Png);
    picture.resize(MAX_PHOTO_BYTES + 1, 0);
    let file = card(directory.path(), &picture, "");
    foresees(&file).await;
    for (at, dialect) in BOTH.into_iter().enumerate() {
        let directory = directory.path().join(at.to_string());
        fs::create_dir(&directory).unwrap();
        let mailbox = mailbox(Honest(sandbox(&directory)), dialect);
        let (imported, told) = verified(&mailbox, &file, "run1", OnMatch::Skip).await;
        assert_eq!((imported.totals.photos, imported.totals.refused_photos), (1, 0), "{:?}", told.refused);
        assert_eq!(imported.totals.losses.keys().collect::<Vec<_>>(), [&(Field::Photo, Why::Reencoded)]);
        assert!(told.losses[0].starts_with("photo: PNG 100×100 -> JPEG 100×100: "), "{:?}", told.losses);
        assert_eq!(told.differs, [""; 0]);
        assert_eq!(imported.proof.unwrap().verified.map(|verified| (verified.as_sent, verified.differ)), Some((1, 0)));
        let small = there(&mailbox).await.unwrap();
        assert!(small.len() <= MAX_PHOTO_BYTES && photo::kind_of(&small) == Some(PhotoKind::Jpeg));
        let ways = [OnMatch::Skip, OnMatch::Fill, OnMatch::Update, OnMatch::Replace];
        for on_match in ways.into_iter().skip(at * 3) {
            let (again, told) = verified(&mailbox, &file, "run2", on_match).await;
            assert_eq!(counts(&again.totals), [0, 0, 1, 0, 0, 0], "{on_match:?}");
            assert_eq!((again.totals.photos, told.losses, told.differs), (0, vec![], vec![]), "{on_match:?}");
        }
    }
}

/// The plan says beforehand that the picture will not arrive as it is.
async fn foresees(file: &Path) {
    let directory = tempfile::tempdir().unwrap();
    let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
    let (reading, place, options) = (Reading::default(), Place::default(), Options::default());
    let import = Import { mailbox: &mailbox, place: &place, options: &options, pictures: None, interrupted: &GOES_ON };
    let inputs = Inputs::new(vec![Ok(Source::File(file.to_owned()))], &reading);
    let plan = import.plan(&inputs, &mut ledger("plan"), &mut Told::default()).await.unwrap();
    assert_eq!(plan.totals.losses.keys().collect::<Vec<_>>(), [&(Field::Photo, Why::Reencoded)]);
}

#[tokio::test]
async fn what_the_service_does_not_keep_is_sent_again_as_a_jpeg() {
    for format in KINDS {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(dropping(directory.path())), Dialect::Graph);
        let picture = encoded(&quarters(80, 60), format);
        let file = card(directory.path(), &picture, "");
        let (imported, told) = verified(&mailbox, &file, "run1", OnMatch::Skip).await;
        assert_eq!((imported.totals.photos, imported.totals.refused_photos), (1, 0), "{format:?}");
        assert_eq!(told.losses.len(), usize::from(format != ImageFormat::Jpeg), "{format:?}");
        assert_eq!(told.differs, [""; 0]);
        assert_eq!(photo::kind_of(&there(&mailbox).await.unwrap()), Some(PhotoKind::Jpeg));
        let (again, told) = verified(&mailbox, &file, "run2", OnMatch::Replace).await;
        assert_eq!((counts(&again.totals), told.differs), ([0, 0, 1, 0, 0, 0], vec![]), "{format:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_made_to_fit_leaves_its_contact_and_says_the_way_out() {
    let garbage = [encoded(&noise(8, 8), ImageFormat::Png)[..60].to_vec(), vec![0; MAX_PHOTO_BYTES]].concat();
    for (picture, says) in [
        (heic(), "the service did not keep the image/heic; HEIC pictures cannot be decoded here; make it a JPEG"),
        (garbage, "it has 4194363 bytes, and the service takes at most 4194303; it cannot be decoded ("),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = mailbox(Honest(dropping(directory.path())), Dialect::Graph);
        let file = card(directory.path(), &picture, "");
        let (imported, told) = verified(&mailbox, &file, "run1", OnMatch::Skip).await;
        assert_eq!(counts(&imported.totals), [1, 0, 0, 0, 0, 0]);
        assert_eq!((imported.totals.photos, imported.totals.refused_photos), (0, 1));
        assert!(imported.totals.has_failures());
        assert!(told.refused[0].starts_with(says) && told.refused[0].ends_with("a JPEG"), "{:?}", told.refused);
        assert_eq!(told.differs, ["Ada: photo"], "it is not there as the source has it");
        assert_eq!(there(&mailbox).await, None);
    }
}

#[tokio::test]
async fn a_refusal_for_the_size_is_answered_by_a_smaller_picture() {
    let directory = tempfile::tempdir().unwrap();
    let refuses: fn(&Request<Bytes>) -> Option<u16> =
        |request| (request.method() == Method::PUT && request.body().len() > 60_000).then_some(413);
    let mailbox = mailbox(Grumpy(sandbox(directory.path()), refuses), Dialect::Graph);
    let picture = encoded(&noise(256, 256), ImageFormat::Jpeg);
    assert!((60_000..120_000).contains(&picture.len()), "{}", picture.len());
    let (imported, told) = verified(&mailbox, &card(directory.path(), &picture, ""), "run1", OnMatch::Skip).await;
    assert_eq!((imported.totals.photos, told.losses.len()), (1, 1), "{:?}", told.refused);
    assert!(there(&mailbox).await.unwrap().len() <= 60_000);
}

/// A refusal that is not about the picture is not answered by another one.
#[tokio::test]
async fn other_refusals_are_what_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let refuses: fn(&Request<Bytes>) -> Option<u16> = |request| (request.method() == Method::PUT).then_some(404);
    let mailbox = mailbox(Grumpy(sandbox(directory.path()), refuses), Dialect::Graph);
    let picture = encoded(&quarters(8, 8), ImageFormat::Jpeg);
    let (imported, told) = verified(&mailbox, &card(directory.path(), &picture, ""), "run1", OnMatch::Skip).await;
    assert_eq!((imported.totals.refused_photos, told.losses), (1, vec![]));
}

/// Counts what is uploaded.
struct Uploads(cardferry::sandbox::Sandbox, std::sync::Mutex<Vec<String>>);

impl Transport for &Uploads {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if request.method() != Method::GET {
            let what = if request.uri().path().ends_with("/photo/$value") { " photo" } else { "" };
            self.1.lock().unwrap().push(format!("{}{what}", request.method()));
        }
        Ok(self.0.handle(request).await)
    }
}

/// Another photo takes the place of the one that is there; if it cannot, the next run tries again.
#[tokio::test]
async fn a_photo_that_is_replaced_is_not_taken_for_the_one_that_was_there() {
    for dialect in BOTH {
        let directory = tempfile::tempdir().unwrap();
        let line = Uploads(dropping(directory.path()), Default::default());
        let uploads = || std::mem::take(&mut *line.1.lock().unwrap());
        let mailbox = mailbox(&line, dialect);
        let first = encoded(&quarters(40, 40), ImageFormat::Jpeg);
        verified(&mailbox, &card(directory.path(), &first, ""), "run1", OnMatch::Update).await;
        uploads();

        // The service answers 200 and keeps the old one.
        let second = card(directory.path(), &encoded(&quarters(50, 40), ImageFormat::Png), "");
        let (imported, told) = verified(&mailbox, &second, "run2", OnMatch::Update).await;
        assert_eq!((counts(&imported.totals), imported.totals.photos), ([0, 1, 0, 0, 0, 0], 1), "{:?}", told.refused);
        assert_eq!((told.losses.len(), told.differs), (1, vec![]));
        assert_ne!(there(&mailbox).await.unwrap(), first);
        assert_eq!(uploads(), ["PUT photo", "PUT photo", "PATCH"]);

        let kept = there(&mailbox).await;
        let third = card(directory.path(), &heic(), "");
        for run in ["run3", "run4"] {
            let (imported, told) = verified(&mailbox, &third, run, OnMatch::Update).await;
            assert_eq!((counts(&imported.totals), imported.totals.refused_photos), ([0, 0, 1, 0, 0, 0], 1), "{run}");
            assert_eq!((told.differs, uploads()), (vec!["Ada: photo".to_owned()], vec!["PUT photo".to_owned()]));
            assert_eq!(there(&mailbox).await, kept);
        }

        // The content changes, the photo still is not taken: the content arrives, and the photo stays wanted.
        let fourth = card(directory.path(), &heic(), "a note");
        let (imported, _) = verified(&mailbox, &fourth, "run5", OnMatch::Update).await;
        assert_eq!((counts(&imported.totals), imported.totals.refused_photos), ([0, 1, 0, 0, 0, 0], 1));
        let (imported, _) = verified(&mailbox, &fourth, "run6", OnMatch::Update).await;
        assert_eq!((counts(&imported.totals), imported.totals.refused_photos), ([0, 0, 1, 0, 0, 0], 1));
    }
}

/// One picture behind every link, and how often it was asked for.
struct Behind(Vec<u8>, std::sync::atomic::AtomicU32);

impl Fetch for Behind {
    fn picture<'a>(&'a self, _: &'a str) -> Fetching<'a> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// A photo that is there stays when the rest of its contact changes, and its link is not followed again.
#[tokio::test]
async fn a_link_is_not_followed_over_a_photo_that_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
    let file = directory.path().join("a.vcf");
    let card = |note: &str| {
        let photo = "PHOTO;VALUE=uri:https://photos.example/a.jpg";
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:Ada\r\n{photo}\r\nNOTE:{note}\r\nEND:VCARD\r\n")
    };
    for (run, side) in [("run1", 10), ("run2", 20)] {
        fs::write(&file, card(run)).unwrap();
        let behind = Behind(encoded(&quarters(side, side), ImageFormat::Jpeg), Default::default());
        let options = Options { on_match: OnMatch::Update, ..Options::default() };
        let how = How { options, pictures: Some(&behind), ..How::default() };
        let imported = import_file(&mailbox, &file, &mut ledger(run), &how, &mut Told::default()).await;
        let first = run == "run1";
        let ended = if first { [1, 0, 0, 0, 0, 0] } else { [0, 1, 0, 0, 0, 0] };
        assert_eq!((counts(&imported.totals), imported.totals.photos), (ended, u64::from(first)));
        assert_eq!(behind.1.into_inner(), u32::from(first), "{run}");
    }
    assert_eq!(there(&mailbox).await.unwrap(), encoded(&quarters(10, 10), ImageFormat::Jpeg));
}

/// Who fills leaves the photo that is there; it does not become the source's by that.
#[tokio::test]
async fn a_photo_that_filling_left_is_replaced_by_an_update() {
    let directory = tempfile::tempdir().unwrap();
    let mailbox = mailbox(Honest(sandbox(directory.path())), Dialect::Graph);
    let picture = |side| encoded(&quarters(side, side), ImageFormat::Jpeg);
    verified(&mailbox, &card(directory.path(), &picture(10), ""), "run1", OnMatch::Skip).await;
    let file = card(directory.path(), &picture(20), "a note");
    for (run, on_match, side) in [("run2", OnMatch::Fill, 10), ("run3", OnMatch::Update, 20)] {
        let (imported, told) = verified(&mailbox, &file, run, on_match).await;
        assert_eq!((counts(&imported.totals), told.differs), ([0, 1, 0, 0, 0, 0], vec![]), "{run}");
        assert_eq!(there(&mailbox).await.unwrap(), picture(side));
    }
}
