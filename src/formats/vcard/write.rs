//! The writer: one card after the other, by the rows of the table.

use std::io::Write;

use super::card::Card;
use super::{Profile, Version};
use crate::model::{Contact, Loss};

/// Encodes contacts as vCards of one version for one program: CR LF, folded at 75 octets, always the same bytes for the
/// same contact.
#[derive(Debug)]
pub struct Encoder {
    profile: Profile,
    version: Version,
    line: String,
}

impl Encoder {
    /// An encoder for a version, for whoever follows its specification.
    pub fn new(version: Version) -> Self {
        Self::of(Profile::Standard, version)
    }

    /// An encoder for a program; the version need not be the one that it reads best.
    pub fn of(profile: Profile, version: Version) -> Self {
        Self { profile, version, line: String::new() }
    }
}

impl crate::formats::Encoder for Encoder {
    fn opening(&mut self, _: &mut Vec<u8>) {}

    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss> {
        Card::new(contact, self.profile, self.version, into, &mut self.line).write()
    }

    fn another(&self) -> Box<dyn crate::formats::Encoder> {
        Box::new(Encoder::of(self.profile, self.version))
    }
}

/// Writes contacts as vCards of one version.
pub type Writer<W> = crate::formats::Writer<W, Encoder>;

impl<W: Write> Writer<W> {
    /// Writes to `out`, which needs no buffer of its own.
    pub fn new(out: W, version: Version) -> Self {
        Writer::over(out, Encoder::new(version))
    }
}
