//! What a contact is, when two are the same and how two become one. No bytes, no JSON, no network; imports nothing.

mod address;
mod contact;
mod date;
mod extra;
mod field;
pub mod group;
pub mod identity;
pub mod likeness;
mod loss;
mod merge;
mod name;
mod organization;
mod person;
mod photo;
mod reach;
mod spelling;

pub use address::Address;
pub use contact::Contact;
pub use date::{Date, Event, PartialDate};
pub use extra::{Extra, Origin, Rest};
pub use field::{Field, Shape};
pub use group::Group;
pub use loss::{Loss, Why};
pub use merge::{Merge, merge};
pub use name::Name;
pub use organization::Organization;
pub use person::{Gender, Relation, Sex};
pub use photo::{Photo, PhotoData, PhotoKind};
pub use reach::{Email, Im, Kind, Line, Phone, Url};
pub use spelling::Spellings;
