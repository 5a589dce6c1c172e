//! Ids as Exchange makes them: long, case-sensitive, base64url, ending in `=`; and change keys.
//!
//! They are derived from the store's secret and a running number, so that equal runs give equal ids and no id tells
//! how many there are.

use data_encoding::{BASE64, BASE64URL};
use sha2::{Digest, Sha256};

/// Makes the ids of one mailbox.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    /// The mailbox's own id, which every item id carries.
    pub guid: String,
    /// What makes two stores' ids differ.
    pub secret: [u8; 32],
}

/// The first bytes of every item id, which Base64 writes as `AAMk`.
const ITEM: [u8; 4] = [0x00, 0x03, 0x24, 0x00];

impl Ids {
    /// The id of a contact. 89 bytes, so that the text ends in one `=`.
    pub(super) fn contact(&self, number: i64) -> String {
        self.item(0x46, number)
    }

    /// The id of a folder; number 0 is the mailbox's root folder, which holds the default Contacts folder.
    pub(super) fn folder(&self, number: i64) -> String {
        self.item(0x2e, number)
    }

    fn item(&self, kind: u8, number: i64) -> String {
        let mut bytes = Vec::with_capacity(89);
        bytes.extend(ITEM);
        bytes.extend(self.guid.as_bytes());
        bytes.extend([0, kind, 0, 0, 0, 0, 0]);
        bytes.extend(&self.digest(b"provider", 0)[..16]);
        bytes.extend(&self.digest(&[kind], number)[..26]);
        BASE64URL.encode(&bytes)
    }

    /// A change key: Exchange's replica id (16 bytes) and change number (6 bytes) behind a fixed start.
    pub(super) fn change_key(&self, change: i64) -> String {
        let mut bytes = vec![0x11, 0, 0, 0, 0x16, 0, 0, 0];
        bytes.extend(&self.digest(b"replica", 0)[..16]);
        bytes.extend(&change.to_be_bytes()[2..]);
        BASE64.encode(&bytes)
    }

    /// The id of the `number`th request since `start` (seconds since 1970).
    pub(super) fn request(&self, start: i64, number: i64) -> String {
        guid(&self.digest(&start.to_be_bytes(), number))
    }

    /// The mailbox's tenant.
    pub(super) fn tenant(&self) -> String {
        guid(&self.digest(b"tenant", 0))
    }

    fn digest(&self, kind: &[u8], number: i64) -> [u8; 32] {
        Sha256::new().chain_update(self.secret).chain_update(kind).chain_update(number.to_be_bytes()).finalize().into()
    }
}

/// Sixteen bytes as a GUID of version 4 (RFC 9562 section 5.4).
pub(super) fn guid(bytes: &[u8; 32]) -> String {
    let mut hex = String::with_capacity(36);
    for (at, byte) in bytes[..16].iter().enumerate() {
        let byte = match at {
            6 => byte & 0x0f | 0x40,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        if matches!(at, 4 | 6 | 8 | 10) {
            hex.push('-');
        }
        hex.push_str(&format!("{byte:02x}"));
    }
    hex
}

/// Whether `id` could be some mailbox's item id. What could not is answered 400 and not 404.
pub(super) fn well_formed(id: &str) -> bool {
    let Ok(bytes) = BASE64URL.decode(id.as_bytes()) else { return false };
    // `AAMk` starts the common ids, `AQMk` those of some older mailboxes.
    bytes.len() >= 60 && matches!(bytes[..3], [0x00, 0x03, 0x24] | [0x01, 0x03, 0x24])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Ids {
        Ids { guid: guid(&[7; 32]), secret: [7; 32] }
    }

    #[test]
    fn ids_look_like_exchanges() {
        for id in [ids().contact(1), ids().folder(0)] {
            assert!(id.starts_with("AAMkA") && id.ends_with('=') && !id.ends_with("=="), "{id}");
            assert!(well_formed(&id));
        }
        assert_ne!(ids().contact(1), ids().contact(2));
        assert_ne!(ids().contact(1), ids().folder(1));
        assert!(ids().change_key(5).starts_with("EQAAABYAAAC"));
        assert_eq!(guid(&[7; 32]), "07070707-0707-4707-8707-070707070707");
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in ["", "1", "contacts", "AAMkA", "AAMkAGI=", "!!!!", &ids().contact(1).to_lowercase()] {
            assert!(!well_formed(text), "{text}");
        }
    }
}
