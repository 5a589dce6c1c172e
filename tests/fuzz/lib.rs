//! What the targets hold whatever they come upon to: the same files that the test suite holds samples to. The suite
//! builds the targets too, with itself in the place of this crate.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each target uses some of the laws")]

#[path = "../csv_laws.rs"]
pub mod csv_laws;
#[path = "../laws.rs"]
pub mod laws;
#[path = "../odata_laws.rs"]
pub mod odata_laws;
#[path = "../suite/sheet/make.rs"]
mod make;
#[path = "../suite/sheet/laws.rs"]
pub mod sheet_laws;
