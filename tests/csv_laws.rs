//! What must hold of any bytes that claim to be a table. The test suite holds them to the corpus and to damaged copies of
//! it, the fuzz targets to whatever they come upon.

use std::sync::Arc;

use cardferry::formats::csv::{self, Options};
use cardferry::formats::table::{self, DateOrder};
use cardferry::formats::{Outcome, Reader as _, Record};

/// Every record up to where the table cannot be read on, the remarks, and why it cannot be.
pub fn as_far_as(bytes: &[u8], options: Options) -> (Vec<Record>, Vec<String>, Option<String>) {
    let mut reader = csv::Reader::new(Arc::from("test.csv"), bytes, options);
    let mut why = None;
    let records =
        reader.by_ref().filter_map(|record| record.map_err(|error| why = Some(error.to_string())).ok()).collect();
    (records, reader.remarks().iter().map(ToString::to_string).collect(), why)
}

/// Dates in an order that somebody said, so that no table is refused for theirs.
fn dated() -> Options {
    let table = table::Options { date_order: Some(DateOrder::DayMonthYear), ..Default::default() };
    Options { table, ..Options::default() }
}

/// Reading ends; the records stand one behind the other; they are what stands in the source at their places; and between
/// them there is nothing but blank rows.
pub fn every_row_is_accounted_for(bytes: &[u8]) -> Result<(), String> {
    let (records, remarks, _) = as_far_as(bytes, dated());
    let numbers = records.iter().map(|record| record.position.record);
    if !numbers.eq(1..=records.len() as u64) {
        return Err("the numbers of the records have gaps".to_owned());
    }
    if !remarks.iter().any(|remark| remark.starts_with("UTF-8")) {
        return Ok(());
    }
    let mut behind = records.first().map_or(0, |record| record.position.byte as usize);
    for record in &records {
        let (start, length) = (record.position.byte as usize, record.raw.len());
        let is_cut = matches!(&record.outcome, Outcome::Reject(reject) if reject.cut);
        if bytes.get(start..start + length) != Some(&*record.raw) {
            return Err(format!("record {} is not what stands at byte {start}", record.position.record));
        }
        let lines = bytes[..start].split(|byte| *byte == b'\n').count() as u64;
        let has_returns = bytes[..start].contains(&b'\r');
        if !has_returns && record.position.line != lines {
            return Err(format!(
                "record {} stands on line {lines}, not {}",
                record.position.record, record.position.line
            ));
        }
        is_nothing(&bytes[behind..start])?;
        behind = if is_cut { start } else { start + length };
        if is_cut {
            return Ok(());
        }
    }
    if records.is_empty() { Ok(()) } else { is_nothing(&bytes[behind..]) }
}

/// Blank rows have delimiters, blanks and quotes alone.
fn is_nothing(between: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(between);
    let left = text.trim_matches(|letter: char| letter.is_whitespace() || letter.is_ascii_punctuation());
    if left.is_empty() { Ok(()) } else { Err(format!("passed over: {left:?}")) }
}

/// Whoever looks over the table first reads the same as who does not, if all of it is looked at anyway.
pub fn a_survey_changes_nothing(bytes: &[u8]) -> Result<(), String> {
    const WINDOW: usize = 256 * 1024;
    if bytes.len() >= WINDOW {
        return Ok(());
    }
    let survey = csv::survey(bytes, &Options::default());
    let (without, with) =
        (as_far_as(bytes, Options::default()), as_far_as(bytes, Options { survey, ..Options::default() }));
    if without == with { Ok(()) } else { Err(format!("read {without:?}\nand after a survey {with:?}")) }
}

/// A header that is known.
pub const HEADER: &str = "First Name,Last Name,E-mail Address,Notes\n";
const ROW: &str = "Zoë,Byron,zoe@example.com,\"a\nnote\"\n";
const AFTER: [&str; 3] = [
    "Jörg,Roe,joerg@example.com,\n",
    "\"\",\"Poe\",\"poe@example.com\",\"\"\n",
    "Ann,Moe,\"ann@example.com\",\"b\nc\"\n",
];

/// Rows far from what is damaged are what they are alone.
pub fn neighbours_survive(bytes: &[u8]) -> Result<(), String> {
    let before = [HEADER, &ROW.repeat(20)].concat();
    let source = [before.as_bytes(), bytes, b"\n", AFTER.concat().as_bytes()].concat();
    let read = |source: &[u8]| {
        let options = Options { encoding: Some(encoding_rs::UTF_8), delimiter: Some(b','), ..dated() };
        let (records, _, why) = as_far_as(source, options);
        let outcomes: Vec<_> = records.into_iter().map(|record| (record.raw, record.outcome, record.losses)).collect();
        why.map_or(Ok(outcomes), Err)
    };
    let (all, alone) = (read(&source)?, read([HEADER, &ROW.repeat(20), &AFTER.concat()].concat().as_bytes())?);
    if all.len() < 23 || all[..19] != alone[..19] {
        return Err("a row before it is another one".to_owned());
    }
    if all[all.len() - 3..] != alone[20..] {
        return Err(format!("a row after it is another one: {:?}", &all[all.len() - 3..]));
    }
    Ok(())
}
