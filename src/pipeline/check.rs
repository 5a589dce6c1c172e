//! What is wrong in vCard files, one after the other.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::formats::vcard::check::{Checker, Code, Finding, Severity};
use crate::formats::{Format, ReadError};
use crate::pipeline::{Reading, Source, SourceError};

/// Takes what a check finds, as it finds it.
pub trait Inspector {
    /// Something is wrong or unusual.
    ///
    /// # Errors
    /// What the output says when it cannot be written to.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;

    /// An input could not be read, or not to its end.
    fn source_failed(&mut self, why: &str);
}

/// The sums of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Inputs that were read to their end.
    pub sources: u64,
    /// Cards seen, broken ones too.
    pub cards: u64,
    /// Findings of each rule that was broken.
    pub codes: BTreeMap<Code, u64>,
    /// Inputs that could not be read, or not to their end.
    pub failed_sources: u64,
}

impl Checked {
    /// How many findings are of this severity.
    pub fn of(&self, severity: Severity) -> u64 {
        self.codes.iter().filter(|(code, _)| code.rule().severity == severity).map(|(_, count)| count).sum()
    }

    /// Whether anything but notes was found.
    pub fn has_faults(&self) -> bool {
        self.of(Severity::Error) + self.of(Severity::Warning) > 0
    }
}

/// Checks every card of every input. An input that cannot be read, or is a table, is told, and the next one follows.
///
/// # Errors
/// Only when the inspector cannot write, or when `interrupted` becomes true ([`io::ErrorKind::Interrupted`]).
pub fn check(
    sources: Vec<Result<Source, SourceError>>,
    reading: &Reading,
    interrupted: &AtomicBool,
    inspector: &mut dyn Inspector,
) -> io::Result<Checked> {
    let mut checked = Checked::default();
    for source in sources {
        let failed = match source.and_then(|source| open(&source, reading)) {
            Ok(checker) => one(checker, interrupted, &mut checked, inspector)?.map(|error| error.to_string()),
            Err(error) => Some(error.to_string()),
        };
        match failed {
            Some(why) => {
                checked.failed_sources += 1;
                inspector.source_failed(&why);
            }
            None => checked.sources += 1,
        }
    }
    Ok(checked)
}

/// Begins one input.
fn open(source: &Source, reading: &Reading) -> Result<Checker<Box<dyn io::Read + Send>>, SourceError> {
    let (format, input) = source.content(reading)?;
    if format != Format::Vcard {
        let (what, way_out) = ("a table", "check reads vCards; convert tells what it cannot read of a table");
        return Err(SourceError::Unsupported { source_name: source.name(), what, way_out });
    }
    let checker = Checker::new(source.name().into(), input, reading.vcard.max_card_size);
    Ok(checker.surveyed(source.survey(reading).vcard))
}

/// Checks one input to its end; returns what stopped that, if anything of the input did.
fn one(
    mut checker: Checker<Box<dyn io::Read + Send>>,
    interrupted: &AtomicBool,
    checked: &mut Checked,
    inspector: &mut dyn Inspector,
) -> io::Result<Option<ReadError>> {
    loop {
        let mut told = Ok(());
        let mut sink = |finding: Finding| {
            *checked.codes.entry(finding.code).or_default() += 1;
            if told.is_ok() {
                told = inspector.finding(&finding);
            }
        };
        let more = checker.check_next(&mut sink);
        told?;
        if interrupted.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        if !matches!(more, Ok(true)) {
            checked.cards += checker.cards();
            return Ok(more.err());
        }
    }
}
