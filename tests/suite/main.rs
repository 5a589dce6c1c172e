//! The test suite: one binary, one module for each thing that is tested.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a test may stop at the first surprise, and sets its own stage"
)]

// The fuzz targets ask for their macro and for the laws by these names; here they get `fuzz`'s, and the suite's own.
extern crate self as cardferry_fuzz;
extern crate self as libfuzzer_sys;
use fuzz::fuzz_target;
#[cfg(feature = "sheet")]
use sheet::laws as sheet_laws;

#[cfg(feature = "cli")]
mod batches;
#[cfg(feature = "cli")]
mod cli;
mod contacts;
#[cfg(feature = "cli")]
mod convert;
mod csv;
#[path = "../csv_laws.rs"]
mod csv_laws;
mod damaging;
mod dump;
mod exchange;
#[cfg(feature = "remote")]
mod fetch;
mod fuzz;
#[path = "../generator.rs"]
mod generator;
mod golden;
#[cfg(feature = "cli")]
mod import;
#[cfg(feature = "remote")]
mod importing;
#[cfg(feature = "cli")]
mod inputs;
#[path = "../laws.rs"]
mod laws;
#[cfg(feature = "remote")]
mod mailbox;
mod merging;
#[cfg(feature = "sandbox")]
#[path = "../odata_laws.rs"]
mod odata_laws;
#[cfg(feature = "sandbox")]
mod openapi;
#[cfg(feature = "remote")]
mod pictures;
#[cfg(feature = "cli")]
mod planning;
#[cfg(feature = "cli")]
mod readme;
#[cfg(feature = "cli")]
mod remote;
#[cfg(feature = "cli")]
mod requests;
mod rooms;
#[cfg(feature = "sandbox")]
mod sandbox;
#[cfg(feature = "cli")]
mod sandboxed;
#[cfg(feature = "remote")]
mod scripted;
#[cfg(feature = "sheet")]
mod sheet;
#[cfg(feature = "cli")]
mod socket;
#[cfg(feature = "cli")]
mod storage;
mod threads;
#[cfg(feature = "cli")]
mod undo;
mod vcard;
#[cfg(feature = "cli")]
mod walks;
