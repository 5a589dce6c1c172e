//! Many writers at once lose nothing.

use std::collections::{BTreeMap, HashSet};

use cardferry::sandbox::Dialect;
use pretty_assertions::assert_eq;

use super::{Client, Server, Shown};
use crate::cli::Stage;
use crate::sandbox::{BOTH, jpeg};

const WRITERS: usize = 24;
/// Contacts of each writer.
const CONTACTS: usize = 12;

/// What one writer was told.
#[derive(Default)]
struct Told {
    /// What it left, with the width of the photo.
    left: Vec<(Shown, Option<u16>)>,
    ids: Vec<String>,
    change_keys: Vec<String>,
}

#[test]
fn twenty_four_writers_lose_nothing() {
    let stage = Stage::new();
    let server = Server::start(&stage);
    let mut told = Told::default();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|at| {
                let client = Client::new(&server.address, BOTH[at % 2]).unwrap();
                scope.spawn(move || write(at, client))
            })
            .collect();
        for writer in writers {
            let one = writer.join().unwrap();
            told.left.extend(one.left);
            told.ids.extend(one.ids);
            told.change_keys.extend(one.change_keys);
        }
    });
    assert_eq!(told.ids.len(), WRITERS * CONTACTS);
    all_differ(&told.ids);
    all_differ(&told.change_keys);
    for dialect in BOTH {
        hold(&mut Client::new(&server.address, dialect).unwrap(), &told);
    }
}

/// Creates, changes, gives photos and deletes: each contact gets another mixture.
fn write(writer: usize, mut client: Client) -> Told {
    let mut told = Told::default();
    for at in 0..CONTACTS {
        let mut shown = client.create(&format!("Writer {writer} {at}")).unwrap();
        told.ids.push(shown.id.clone());
        told.change_keys.push(shown.change_key.clone());
        for version in 0..at % 3 {
            shown = client.update(&shown.id, &format!("{writer}-{version}")).unwrap();
            told.change_keys.push(shown.change_key.clone());
        }
        let photo = (at % 2 == 0).then(|| u16::try_from(1 + writer * CONTACTS + at).unwrap());
        if let Some(width) = photo {
            client.set_photo(&shown.id, width).unwrap();
        }
        if at % 4 == 3 {
            client.delete(&shown.id).unwrap();
        } else {
            told.left.push((shown, photo));
        }
    }
    told
}

fn hold(client: &mut Client, told: &Told) {
    let listing = client.listing();
    let expected: BTreeMap<String, Shown> =
        told.left.iter().map(|(shown, _)| (shown.id.clone(), shown.clone())).collect();
    let names = |all: &BTreeMap<String, Shown>| -> Vec<_> {
        all.values().map(|one| (one.id.clone(), one.name.clone(), one.phone.clone())).collect()
    };
    assert_eq!(names(&listing), names(&expected));
    all_differ(listing.values().map(|shown| &shown.change_key));
    for (shown, photo) in &told.left {
        let now = &listing[&shown.id].change_key;
        // A photo changes the key too, to one that was never told.
        match photo {
            None => assert_eq!(now, &shown.change_key),
            Some(_) => assert!(!told.change_keys.contains(now), "{now} came back"),
        }
        if client.dialect == Dialect::Graph {
            assert_eq!(client.photo(&shown.id), photo.map(|width| jpeg(width, 7).to_vec()));
        }
    }
}

fn all_differ<'a>(texts: impl IntoIterator<Item = &'a String>) {
    let mut seen = HashSet::new();
    for text in texts {
        assert!(seen.insert(text), "{text} came twice");
    }
}
