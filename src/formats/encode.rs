//! Contacts to bytes.

use std::io::{self, Write};

use crate::model::{Contact, Loss};

/// Bytes held back before they are written.
const HELD: usize = 64 * 1024;

/// Makes bytes of contacts, one at a time. The bytes of a contact depend on nothing but the contact, so that several
/// encoders of one kind can share a file's contacts among them.
pub trait Encoder: Send {
    /// Adds what a file begins with: a byte order mark, a header row.
    fn opening(&mut self, into: &mut Vec<u8>);

    /// Adds one contact, and says what the format could not hold of it.
    fn encode(&mut self, contact: &Contact, into: &mut Vec<u8>) -> Vec<Loss>;

    /// Another encoder of the same kind, for another thread.
    fn another(&self) -> Box<dyn Encoder>;
}

/// Writes contacts to somewhere, one after the other.
#[derive(Debug)]
pub struct Writer<W, E> {
    out: W,
    encoder: E,
    held: Vec<u8>,
    begun: bool,
}

impl<W: Write, E: Encoder> Writer<W, E> {
    /// Writes to `out`, which needs no buffer of its own.
    pub fn over(out: W, encoder: E) -> Self {
        Self { out, encoder, held: Vec::new(), begun: false }
    }

    /// Writes one contact and says what the format could not hold of it.
    ///
    /// # Errors
    /// What the output says when it cannot be written to.
    pub fn write(&mut self, contact: &Contact) -> io::Result<Vec<Loss>> {
        self.begin();
        let losses = self.encoder.encode(contact, &mut self.held);
        if self.held.len() >= HELD {
            self.pass_on()?;
        }
        Ok(losses)
    }

    /// Writes what is still held back. A file without any contact is still a file of its format.
    ///
    /// # Errors
    /// What the output says when it cannot be written to.
    pub fn finish(&mut self) -> io::Result<()> {
        self.begin();
        self.pass_on()?;
        self.out.flush()
    }

    /// Gives the output back; [`finish`](Self::finish) comes before.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.encoder.opening(&mut self.held);
        }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        self.out.write_all(&self.held)?;
        self.held.clear();
        self.held.shrink_to(4 * HELD);
        Ok(())
    }
}
