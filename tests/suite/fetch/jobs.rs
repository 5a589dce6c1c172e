//! Photo links through whole jobs: kept and counted, fetched when that is wanted.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, mpsc};

use cardferry::formats::exchange::Dialect;
use cardferry::formats::{Encoder, photo, vcard};
use cardferry::model::{Contact, PhotoData};
use cardferry::pipeline::import::Imported;
use cardferry::pipeline::{
    Background, Coming, Encoded, Ending, PhotoLink, PhotoLinks, Pictures, Reading, RecordReport, Records, Sink, Source,
    Totals, Watcher, convert, export,
};
use cardferry::remote::api::Place;
use cardferry::remote::fetch::Fetch;
use cardferry::remote::{Clock, Mailbox, Transport};
use pretty_assertions::assert_eq;
use tokio::runtime::Handle;

use super::server::{JPEG, Server, send};
use crate::generator;
use crate::importing::{How, import_file, ledger};
use crate::sandboxed::{Honest, mailbox, sandbox};
use crate::vcard::contacts;

/// Keeps what was told of each photo.
#[derive(Default)]
struct Told(Vec<String>);

impl Watcher for Told {
    fn record(&mut self, report: &RecordReport<'_>) {
        let link = match report.photo_link {
            Some(PhotoLink::Kept(_)) => "kept",
            Some(PhotoLink::Fetched) => "fetched",
            Some(PhotoLink::Lost) => "lost",
            None => "none",
        };
        self.0.push(format!(
            "{}, {link}: {}",
            report.ending.word(),
            report.no_photo.map(ToString::to_string).unwrap_or_default()
        ));
    }
}

/// A JPEG that a mailbox takes.
fn picture() -> Vec<u8> {
    let contact = generator::contacts(1, 100, 3).next().unwrap();
    photo::bytes(&contact.photo.unwrap()).unwrap().into_owned()
}

/// A server with a picture at `/a.jpg`, a page at `/page`, and a picture that is too large for a mailbox at `/large`.
fn server() -> Server {
    Server::start(|path, wire| match path {
        "/a.jpg" => send(wire, 200, "", &picture()),
        "/large" => send(wire, 200, "", &[picture(), vec![0; (4 << 20) - picture().len()]].concat()),
        "/page" => send(wire, 200, "", b"<html>"),
        _ => send(wire, 404, "", b""),
    })
}

/// A file of one card for each link.
fn cards(directory: &Path, links: &[String]) -> PathBuf {
    let card = |(number, link): (usize, &String)| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann {number}\r\nN:{number};Ann;;;\r\nEMAIL:{number}@ann.example\r\n\
             PHOTO;VALUE=uri:{link}\r\nEND:VCARD\r\n"
        )
    };
    let path = directory.join("cards.vcf");
    fs::write(&path, links.iter().enumerate().map(card).collect::<String>()).unwrap();
    path
}

async fn upload<T: Transport, C: Clock>(
    mailbox: &Mailbox<T, C>,
    file: &Path,
    pictures: Option<&dyn Fetch>,
) -> (Totals, Vec<String>) {
    let (mut told, how) = (Told::default(), How { pictures, ..How::default() });
    let imported = import_file(mailbox, file, &mut ledger("run"), &how, &mut told).await;
    let Imported { totals, stopped, .. } = imported;
    assert!(stopped.is_none(), "{stopped:?}");
    told.0.sort();
    (totals, told.0)
}

async fn download<T: Transport, C: Clock>(mailbox: &Mailbox<T, C>) -> (Vec<Contact>, Totals) {
    let (mut bytes, mut encoder) = (Vec::new(), vcard::Encoder::new(vcard::Version::V3_0));
    let (mut told, go) = (Told::default(), AtomicBool::new(false));
    let out = (&mut encoder as &mut dyn Encoder, &mut bytes as &mut dyn Sink);
    let totals = export(mailbox, &[Place::default()], out, &go, &mut told).await.unwrap();
    (contacts(&bytes), totals)
}

fn links(wanted: bool, fetched: u64, kept: &[(&str, u64)]) -> PhotoLinks {
    let hosts = kept.iter().map(|(host, count)| ((*host).to_owned(), *count)).collect();
    PhotoLinks { wanted, fetched, kept: kept.iter().map(|(_, count)| count).sum(), hosts, ..PhotoLinks::default() }
}

#[tokio::test]
async fn a_link_is_kept_until_its_picture_is_wanted_and_then_the_contact_has_both() {
    for dialect in [Dialect::Graph, Dialect::Outlook] {
        let (directory, server) = (tempfile::tempdir().unwrap(), server());
        let link = server.link("/a.jpg");
        let file = cards(directory.path(), std::slice::from_ref(&link));
        let (mailbox, fetcher) = (mailbox(Honest(sandbox(directory.path())), dialect), server.fetcher());

        let kept = links(false, 0, &[("pictures.example", 1)]);
        for ending in ["created", "unchanged"] {
            let (totals, told) = upload(&mailbox, &file, None).await;
            assert_eq!((totals.photo_links, told), (kept.clone(), vec![format!("{ending}, kept: ")]));
        }
        let (back, totals) = download(&mailbox).await;
        assert_eq!(back[0].photo.as_ref().unwrap().data, PhotoData::Link(link));
        assert_eq!((totals.photo_links, totals.photos), (kept, 0));
        assert_eq!(server.asked(), [""; 0]);

        let (totals, told) = upload(&mailbox, &file, Some(&fetcher)).await;
        assert_eq!((totals.photo_links, totals.photos), (links(true, 1, &[]), 1));
        assert_eq!(told, ["updated, fetched: "]);
        for pictures in [Some(&fetcher as &dyn Fetch), None] {
            let (totals, told) = upload(&mailbox, &file, pictures).await;
            assert_eq!((totals.photo_links.kept, totals.photos, told), (0, 0, vec!["unchanged, none: ".to_owned()]));
        }
        assert_eq!(server.asked().len(), 1, "a photo that is there is not fetched again");
        let (back, totals) = download(&mailbox).await;
        assert!(photo::bytes(back[0].photo.as_ref().unwrap()).unwrap() == picture());
        assert_eq!((totals.photo_links.kept, totals.photos), (0, 1));
    }
}

#[tokio::test]
async fn a_link_that_leads_to_no_photo_leaves_its_contact_created_and_is_tried_again() {
    let (directory, server) = (tempfile::tempdir().unwrap(), server());
    let mut paths = ["/gone", "/page", "/large", "/a.jpg"].map(|path| server.link(path));
    paths[0] = "http://pictures.example/a.jpg".to_owned();
    let file = cards(directory.path(), &paths);
    let (mailbox, fetcher) = (mailbox(Honest(sandbox(directory.path())), Dialect::Graph), server.fetcher());
    for (ending, first) in [("created", "created, fetched: "), ("unchanged", "unchanged, none: ")] {
        let (totals, told) = upload(&mailbox, &file, Some(&fetcher)).await;
        assert_eq!((totals.photo_links.kept, totals.photo_links.not_fetched, totals.refused_photos), (3, 2, 1));
        let why = |why: &str| format!("{ending}, kept: {why}");
        let mut should = vec![
            why("it has 4194304 bytes, and the service takes at most 4194303; it cannot be decoded (Format error \
                 decoding Jpeg: \"Premature End of image\"); save it anew as a JPEG"),
            why("its link was not fetched: only https is followed"),
            why("its link was not fetched: what is there is no picture of a known kind"),
            first.to_owned(),
        ];
        should.sort();
        assert_eq!(told, should);
        assert_eq!(totals.of(Ending::Failed), 0);
    }
}

/// Converts a file to vCard 3.0.
fn rewrite(
    file: &Path,
    sink: &mut dyn Sink,
    threads: usize,
    pictures: Option<&dyn Pictures>,
) -> (io::Result<Totals>, Vec<String>) {
    let (reading, mut told, go) = (Reading::default(), Told::default(), AtomicBool::new(false));
    let mut records = Records::new(vec![Ok(Source::File(file.to_owned()))], &reading);
    let mut encoder = vcard::Encoder::new(vcard::Version::V3_0);
    let totals = convert(&mut records, &mut encoder, sink, threads, pictures, &go, &mut told);
    (totals, told.0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn in_a_file_a_picture_takes_its_link_s_place() {
    let (directory, server) = (tempfile::tempdir().unwrap(), server());
    let file = cards(directory.path(), &["/gone", "/a.jpg", "/page", "/a.jpg"].map(|path| server.link(path)));
    let mut bytes = Vec::new();
    let (totals, told) = rewrite(&file, &mut bytes, 2, None);
    let kept = links(false, 0, &[("pictures.example", 4)]);
    assert_eq!((totals.unwrap().photo_links, told), (kept, vec!["created, kept: ".to_owned(); 4]));
    assert_eq!(server.asked(), [""; 0]);

    let pictures = Background::new(Arc::new(server.fetcher()), Handle::current());
    let mut bytes = Vec::new();
    let (totals, told) = rewrite(&file, &mut bytes, 2, Some(&pictures));
    let totals = totals.unwrap();
    assert_eq!(totals.photo_links, PhotoLinks { not_fetched: 2, ..links(true, 2, &[("pictures.example", 2)]) });
    assert_eq!((totals.refused_photos, totals.lost(), totals.has_failures()), (0, 0, true));
    let [gone, page] = ["the server answers 404", "what is there is no picture of a known kind"]
        .map(|why| format!("created, kept: its link was not fetched: {why}"));
    assert_eq!(told, [gone, "created, fetched: ".into(), page, "created, fetched: ".into()]);
    let written = contacts(&bytes);
    let photos: Vec<_> = written.iter().map(|contact| photo::bytes(contact.photo.as_ref().unwrap())).collect();
    let whole = picture();
    assert!(photos == [None, Some(whole.as_slice().into()), None, Some(whole.as_slice().into())]);
    assert_eq!(written[0].photo.as_ref().unwrap().data, PhotoData::Link(server.link("/gone")));
}

/// Has a picture for every link, made of the link.
struct Album;

impl Pictures for Album {
    fn begin(&self, link: &str) -> Coming {
        let (done, coming) = mpsc::sync_channel(1);
        let mut picture = JPEG.to_vec();
        picture.extend(link.bytes().cycle().take(12_000));
        done.send(Ok(picture)).unwrap();
        coming
    }
}

/// Keeps what comes, and the most that came at once; full at a size.
struct Shelf {
    bytes: Vec<u8>,
    most: usize,
    size: usize,
}

impl Sink for Shelf {
    fn put(&mut self, encoded: &Encoded) -> io::Result<()> {
        self.most = self.most.max(encoded.bytes.len());
        self.bytes.extend_from_slice(&encoded.bytes);
        if self.bytes.len() > self.size { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[test]
fn any_number_of_pictures_keeps_its_order_and_takes_bounded_memory() {
    let directory = tempfile::tempdir().unwrap();
    // Four batches of a quarter of a mebibyte.
    let path = "x".repeat(1000);
    let links: Vec<_> = (0..800).map(|number| format!("https://a.example/{number}/{path}")).collect();
    let file = cards(directory.path(), &links);
    let with = |threads, size| {
        let mut shelf = Shelf { bytes: Vec::new(), most: 0, size };
        let (totals, told) = rewrite(&file, &mut shelf, threads, Some(&Album));
        (shelf, totals, told)
    };
    let (one, totals, told) = with(1, usize::MAX);
    assert_eq!(totals.as_ref().unwrap().photo_links.fetched, 800);
    assert!(one.bytes.len() > 12 << 20 && one.most < 3 << 20, "{} {}", one.bytes.len(), one.most);
    let written = contacts(&one.bytes);
    assert!(written.iter().zip(&links).all(|(contact, link)| {
        let picture = photo::bytes(contact.photo.as_ref().unwrap()).unwrap();
        picture[JPEG.len()..].starts_with(link.as_bytes())
    }));
    for threads in [2, 8] {
        let many = with(threads, usize::MAX);
        assert!(many.0.bytes == one.bytes && many.0.most < 3 << 20, "{threads}");
        assert_eq!((many.1.unwrap(), &many.2), (totals.as_ref().unwrap().clone(), &told));
        let full = with(threads, 6 << 20);
        assert_eq!(full.1.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
