//! Whole jobs over many contacts. Imports `model`, `formats`, `remote` and `disk`.

#[cfg(feature = "check")]
pub mod check;
mod convert;
mod groups;
mod inputs;
pub mod inspect;
mod links;
mod number;
mod photo_files;
mod pictures;
mod records;
mod report;
mod sink;
mod source;
mod workbook;

#[cfg(feature = "remote")]
mod export;
#[cfg(feature = "remote")]
pub mod import;
#[cfg(feature = "remote")]
pub mod ledger;
#[cfg(feature = "remote")]
mod many;
#[cfg(feature = "remote")]
pub mod undo;

pub use convert::convert;
#[cfg(feature = "remote")]
pub use export::{ExportError, export};
pub use inputs::sources_of;
pub use links::{NoPhoto, PhotoLink, PhotoLinks};
pub(crate) use number::counted;
pub use photo_files::{PhotoDirectory, PhotoFiles, PhotoShelf};
#[cfg(feature = "remote")]
pub use pictures::Background;
pub use pictures::{Coming, Pictures};
pub use records::Records;
pub use report::{Ending, LossCount, RecordReport, Totals, Watcher};
pub use sink::{Encoded, Sink};
pub use source::{Reading, Source, SourceError};
