//! Where encoded contacts go.

use std::io::{self, Write};

use crate::formats::Encoder;
use crate::model::{Contact, Loss};

/// Encoded contacts on their way out, one behind the other.
#[derive(Debug, Default)]
pub struct Encoded {
    /// Their bytes.
    pub bytes: Vec<u8>,
    /// Where each one ends, and its name (personal data); left empty unless the sink asks for it.
    pub contacts: Vec<(usize, String)>,
}

impl Encoded {
    /// Adds a contact.
    pub(super) fn add(&mut self, encoder: &mut dyn Encoder, contact: &Contact, named: bool) -> Vec<Loss> {
        let losses = encoder.encode(contact, &mut self.bytes);
        if named {
            self.contacts.push((self.bytes.len(), contact.display_name()));
        }
        losses
    }
}

/// Takes encoded contacts: anything that bytes can be written to.
pub trait Sink: Send {
    /// Whether it wants to know where each contact ends, and its name.
    fn wants_contacts(&self) -> bool {
        false
    }

    /// Takes some more.
    ///
    /// # Errors
    /// What the output says when it cannot be written to.
    fn put(&mut self, encoded: &Encoded) -> io::Result<()>;
}

impl<W: Write + Send> Sink for W {
    fn put(&mut self, encoded: &Encoded) -> io::Result<()> {
        self.write_all(&encoded.bytes)
    }
}
