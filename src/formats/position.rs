//! Where in a source something stands.

use std::fmt;
use std::sync::Arc;

/// Where a record begins. Prints as `people.vcf, record 3, line 42`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The source as the user named it: a path, or `-` for standard input.
    pub source: Arc<str>,
    /// The record's number in its source, from 1.
    pub record: u64,
    /// The line it begins on, from 1.
    pub line: u64,
    /// The byte it begins at, from 0.
    pub byte: u64,
}

impl Position {
    /// The beginning of a source.
    pub fn start(source: &Arc<str>) -> Self {
        Self { source: Arc::clone(source), record: 1, line: 1, byte: 0 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}, record {}, line {}", self.source, self.record, self.line)
    }
}
