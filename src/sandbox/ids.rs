//! Ids as Exchange makes them: long, case-sensitive, base64url, ending in `=`; and change keys.
//!
//! They are derived from the store's secret and a running number, so that equal runs give equal ids and no id tells
//! how many there are.

use data_encoding::{BASE64, BASE64URL};
use sha2::{Digest, Sha256};

use super::error::ODataError;

/// Makes the ids of one mailbox.
#[derive(Debug, Clone)]
pub(super) struct Ids {
    /// The mailbox's own id, which every item id carries.
    pub guid: String,
    /// What makes two stores' ids differ.
    pub secret: [u8; 32],
    /// The secret of the first mailbox: all of a store are of one tenant.
    pub store: [u8; 32],
}

/// The first bytes of every item id, which Base64 writes as `AAMk`.
const ITEM: [u8; 4] = [0x00, 0x03, 0x24, 0x00];

/// The kind of immutable ids.
const IMMUTABLE: u8 = 0x47;

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
        let mut bytes = self.start(kind);
        bytes.extend(&self.digest(&[kind], number)[..26]);
        BASE64URL.encode(&bytes)
    }

    /// What all ids of one kind begin with.
    fn start(&self, kind: u8) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(89);
        bytes.extend(ITEM);
        bytes.extend(self.guid.as_bytes());
        bytes.extend([0, kind, 0, 0, 0, 0, 0]);
        bytes.extend(&self.digest(b"provider", 0)[..16]);
        bytes
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
        guid(&digest(&self.store, b"tenant", 0))
    }

    /// What another mailbox of the same store draws its own secrets from.
    pub(super) fn derived(&self, label: &str) -> [u8; 32] {
        self.digest(label.as_bytes(), -1)
    }

    /// Whether an id is one of this mailbox's.
    ///
    /// # Errors
    /// 400 for what could be no mailbox's id, 404 for another's: mailboxes share nothing.
    pub(super) fn own(&self, id: &str) -> Result<(), ODataError> {
        if !well_formed(id) {
            return Err(ODataError::malformed_id());
        }
        let bytes = BASE64URL.decode(id.as_bytes()).unwrap_or_default();
        let guid = bytes.get(ITEM.len()..ITEM.len() + self.guid.len());
        if guid == Some(self.guid.as_bytes()) { Ok(()) } else { Err(ODataError::not_found()) }
    }

    /// The id of a contact that stays when it moves: of the number that it was made with (documented: stable over
    /// moves within the mailbox). It tells its number to whoever knows the mailbox's secret.
    pub(super) fn immutable(&self, born: i64) -> String {
        let tag = self.digest(&[IMMUTABLE], born);
        let hidden = born.to_be_bytes().into_iter().zip(self.mask(&tag[..18])).map(|(byte, mask)| byte ^ mask);
        let mut bytes = self.start(IMMUTABLE);
        bytes.extend(&tag[..18]);
        bytes.extend(hidden);
        BASE64URL.encode(&bytes)
    }

    /// The number that an immutable id is of.
    pub(super) fn born(&self, id: &str) -> Option<i64> {
        let bytes = BASE64URL.decode(id.as_bytes()).ok()?;
        let start = self.start(IMMUTABLE);
        let (tag, hidden) = bytes.strip_prefix(start.as_slice())?.split_at_checked(18)?;
        let shown: Vec<u8> = hidden.iter().zip(self.mask(tag)).map(|(byte, mask)| byte ^ mask).collect();
        let born = i64::from_be_bytes(shown.try_into().ok()?);
        (self.immutable(born) == id).then_some(born)
    }

    fn mask(&self, tag: &[u8]) -> [u8; 8] {
        let mut mask = [0; 8];
        mask.copy_from_slice(&self.digest(tag, -2)[..8]);
        mask
    }

    fn digest(&self, kind: &[u8], number: i64) -> [u8; 32] {
        digest(&self.secret, kind, number)
    }
}

fn digest(secret: &[u8; 32], kind: &[u8], number: i64) -> [u8; 32] {
    Sha256::new().chain_update(secret).chain_update(kind).chain_update(number.to_be_bytes()).finalize().into()
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

/// Whether a text is a GUID, written without braces.
pub(super) fn is_guid(text: &str) -> bool {
    let is_hex = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    is_hex && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

/// Whether `id` could be some mailbox's item id. What could not is answered 400 and not 404.
fn well_formed(id: &str) -> bool {
    let Ok(bytes) = BASE64URL.decode(id.as_bytes()) else { return false };
    // `AAMk` starts the common ids, `AQMk` those of some older mailboxes.
    bytes.len() >= 60 && matches!(bytes[..3], [0x00, 0x03, 0x24] | [0x01, 0x03, 0x24])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> Ids {
        Ids { guid: guid(&[7; 32]), secret: [7; 32], store: [7; 32] }
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
    fn immutable_ids_tell_their_number_to_their_own_mailbox() {
        let other = Ids { guid: guid(&[7; 32]), secret: [8; 32], store: [7; 32] };
        for number in [1, 2, i64::MAX] {
            let id = ids().immutable(number);
            assert!(id.len() == ids().contact(number).len() && well_formed(&id), "{id}");
            assert_eq!((ids().born(&id), other.born(&id)), (Some(number), None));
        }
        assert_eq!(ids().born(&ids().contact(1)), None);
    }

    #[test]
    fn another_mailboxs_ids_are_not_here() {
        let other = Ids { guid: guid(&[9; 32]), secret: [7; 32], store: [7; 32] };
        assert_eq!(ids().own(&ids().contact(1)), Ok(()));
        assert_eq!(ids().own(&other.contact(1)), Err(ODataError::not_found()));
        assert_eq!(ids().own("x"), Err(ODataError::malformed_id()));
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in ["", "1", "contacts", "AAMkA", "AAMkAGI=", "!!!!", &ids().contact(1).to_lowercase()] {
            assert!(!well_formed(text), "{text}");
        }
    }
}
