//! cardferry moves address books: vCard and CSV files, spreadsheets, and Exchange mailboxes over Microsoft Graph v1.0 or
//! Outlook REST v2.0.
//!
//! # The house
//!
//! Seven rooms, and imports go one way only (`tests/suite/rooms.rs` holds the walls):
//!
//! ```text
//! model  <-  formats  <-  remote  <-  pipeline  <-  cli          sandbox: imports disk alone; cli starts it
//!                                      disk  <-  pipeline, sandbox, cli
//! ```
//!
//! * [`model`]: what a contact is and when two are the same. No bytes, no JSON, no network.
//! * [`formats`]: bytes to [`model::Contact`] and back: vCard, CSV, spreadsheets, and the JSON of the two APIs. Pure and
//!   streaming.
//! * `remote`: one mailbox over HTTP; requests and answers are values, retry is a pure decision. Beside it, pictures from
//!   where photo links lead.
//! * [`disk`]: what lasts: files that appear whole or not at all, pipes that are kept, zip archives, locks, databases.
//! * [`pipeline`]: whole jobs over many contacts: convert, check, import, export.
//! * `sandbox`: an Exchange to rehearse on; it shares no types with the client.
//! * `cli`: arguments, terminal, exit codes.
//!
//! With `default-features = false` the library is the pure converter: a reader hands on records, a writer takes
//! contacts, and whatever does not fit is told.
//!
//! ```
//! use cardferry::formats::{Outcome, csv, vcard};
//!
//! let table = "First Name,Last Name,E-mail Address\r\nAda,Byron,ada@example.com\r\n";
//! let mut cards = vcard::Writer::new(Vec::new(), vcard::Version::V3_0);
//! for record in csv::Reader::new("people.csv".into(), table.as_bytes(), csv::Options::default()) {
//!     let record = record?;
//!     match record.outcome {
//!         Outcome::Contact(contact) => assert!(cards.write(&contact)?.is_empty(), "nothing was lost"),
//!         Outcome::Group(group) => println!("{}: the group {}", record.position, group.name),
//!         Outcome::Reject(reject) => println!("{}: {}", record.position, reject.why),
//!     }
//! }
//! cards.finish()?;
//! let cards = String::from_utf8(cards.into_inner())?;
//! assert!(cards.contains("\r\nFN:Ada Byron\r\n"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod disk;
pub mod formats;
pub mod model;
pub mod pipeline;
#[cfg(feature = "remote")]
pub mod remote;
#[cfg(feature = "sandbox")]
pub mod sandbox;

#[cfg(feature = "cli")]
pub mod cli;
