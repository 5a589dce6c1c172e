//! Reading and writing tables: samples, traps by number, round trips, hostile bytes, files of the wild.

mod cells;
mod corpus;
mod damage;
mod dates;
mod decided;
mod dialects;
mod hostile;
mod map;
mod profiles;
mod rejects;
pub(crate) mod roundtrip;
mod samples;
mod traps;
mod written;

use std::io::Read;

use cardferry::formats::csv::{Options, Reader};
use cardferry::formats::{ReadError, Reader as _, Record};

/// Every record of a table, and the remarks on it.
fn read(bytes: impl Read + Send, options: Options) -> Result<(Vec<Record>, Vec<String>), ReadError> {
    let mut reader = Reader::new("table.csv".into(), bytes, options);
    let records = reader.by_ref().collect::<Result<Vec<_>, _>>()?;
    Ok((records, reader.remarks().iter().map(ToString::to_string).collect()))
}
