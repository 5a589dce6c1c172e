//! What goes through a workbook comes back as what goes through a CSV file, losses and all.

use cardferry::formats::sheet::{Encoder, Workbook};
use cardferry::formats::table::Profile;
use cardferry::formats::{Encoder as _, Outcome, Record, csv};
use cardferry::model::{Contact, Loss};
use proptest::prelude::*;

use super::read_xlsx;
use crate::csv::roundtrip::contact;

/// A workbook of contacts, and what was lost.
pub(super) fn workbook(contacts: &[Contact], profile: Profile, thumbnails: Option<u32>) -> (Vec<u8>, Vec<Loss>) {
    let (mut encoder, mut book) = (Encoder::new(profile.into(), thumbnails), Workbook::new(thumbnails).unwrap());
    let (mut frames, mut losses, mut out) = (Vec::new(), Vec::new(), std::io::Cursor::new(Vec::new()));
    encoder.opening(&mut frames);
    for contact in contacts {
        losses.extend(encoder.encode(contact, &mut frames));
        book.put(&frames).unwrap();
        frames.clear();
    }
    book.put(&frames).unwrap();
    book.finish(&mut out).unwrap();
    (out.into_inner(), losses)
}

fn through_csv(contact: &Contact, profile: Profile) -> (Vec<Record>, Vec<Loss>) {
    let mut out = Vec::new();
    // Whatever the profile's own encoding lacks, a workbook does not.
    let writing = csv::Writing { encoding: encoding_rs::UTF_8, mark: true, ..profile.into() };
    let mut writer = csv::Writer::new(&mut out, writing);
    let losses = writer.write(contact).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let reader = csv::Reader::new("table".into(), out.as_slice(), csv::Options::default());
    (reader.collect::<Result<_, _>>().unwrap(), losses)
}

fn check(contact: &Contact) -> Result<(), TestCaseError> {
    for profile in Profile::ALL {
        let (bytes, losses) = workbook(std::slice::from_ref(contact), *profile, None);
        let (records, _) = read_xlsx(bytes);
        let (others, other_losses) = through_csv(contact, *profile);
        prop_assert_eq!(losses, other_losses);
        let outcomes = |records: Vec<Record>| -> Vec<_> {
            let of = |record: Record| match record.outcome {
                Outcome::Contact(contact) => (Some(contact), record.losses),
                _ => (None, record.losses),
            };
            records.into_iter().map(of).collect()
        };
        prop_assert_eq!(outcomes(records), outcomes(others), "{:?}", profile);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_workbook_gives_back_what_csv_gives_back(contact in contact()) {
        check(&contact)?;
    }
}

/// What a workbook has ways of its own to write.
#[test]
fn texts_that_a_workbook_has_to_escape_come_back() {
    for text in
        ["=1+1", "+49 30 1", "'x", "_x0041_", "_x000D_", "a\u{1}b", "<&>\"'", "x\u{a0}x", "01067", "1E5", "TRUE", "😀"]
    {
        let mut contact = Contact::default();
        contact.name.given = "Ann".to_owned();
        contact.notes = format!("{text} and {text}");
        contact.organization.company = text.to_owned();
        check(&contact).unwrap();
        let (bytes, _) = workbook(&[contact.clone()], Profile::OutlookDesktop, None);
        let (records, _) = read_xlsx(bytes);
        assert_eq!(super::contact(&records[0]).notes, contact.notes);
    }
}
