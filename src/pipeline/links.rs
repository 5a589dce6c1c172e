//! Photos that are links: where they lead, and what became of them.

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{Contact, Field, Loss, PhotoData, Why};

/// The hosts that are counted by name; links to further ones are counted without.
const MAX_HOSTS: usize = 100;
/// The longest name of a host (RFC 1035, 2.3.4, as text).
const LONGEST_HOST: usize = 253;
/// Where a link leads that is no URL.
const NOWHERE: &str = "no URL";

/// What became of a photo that is a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhotoLink<'a> {
    /// It stays this link.
    Kept(&'a str),
    /// The target has the picture.
    Fetched,
    /// The target has neither, for it takes pictures alone.
    Lost,
}

/// The photo links of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhotoLinks {
    /// Whether the pictures were to be fetched.
    pub wanted: bool,
    /// Links whose picture the target has now.
    pub fetched: u64,
    /// Links that stayed links.
    pub kept: u64,
    /// Links that the target could not hold, and whose picture it does not have either.
    pub lost: u64,
    /// Links whose picture was wanted and could not be had, whether or not the target keeps the link.
    pub not_fetched: u64,
    /// Those that stayed links, by host, or by scheme where there is no host. At most 100 of these: the sum may be less
    /// than `kept`.
    pub hosts: BTreeMap<String, u64>,
}

impl PhotoLinks {
    /// Counts one.
    pub(super) fn count(&mut self, link: PhotoLink<'_>) {
        let link = match link {
            PhotoLink::Kept(link) => link,
            PhotoLink::Fetched => return self.fetched += 1,
            PhotoLink::Lost => return self.lost += 1,
        };
        self.kept += 1;
        let host = host_of(link);
        if self.hosts.len() < MAX_HOSTS || self.hosts.contains_key(&host) {
            *self.hosts.entry(host).or_default() += 1;
        }
    }
}

/// The link that is a contact's photo.
pub(super) fn link_of(contact: &Contact) -> Option<&str> {
    match &contact.photo.as_ref()?.data {
        PhotoData::Link(link) => Some(link),
        _ => None,
    }
}

/// Whether a link is no URL, but the name of a file.
pub(super) fn is_file_name(link: &str) -> bool {
    // One letter is a drive.
    !link.split_once(':').is_some_and(|(scheme, _)| scheme.len() > 1 && is_scheme(scheme))
}

/// Whether a target that told these losses has kept the photo.
pub(super) fn keeps_photo(losses: &[Loss]) -> bool {
    !losses.iter().any(|loss| loss.field == Field::Photo && !matches!(loss.why, Why::Remark | Why::Reencoded))
}

/// Why a photo did not arrive although its contact did, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoPhoto {
    /// The target did not take it, or the mailbox did not give it.
    Refused(String),
    /// It is a link, and there was no picture to be had.
    NotFetched(String),
}

impl fmt::Display for NoPhoto {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoPhoto::Refused(why) => out.write_str(why),
            NoPhoto::NotFetched(why) => write!(out, "its link was not fetched: {why}"),
        }
    }
}

/// Whom a link names: its host in lower case, without name, password and port; the scheme where there is no host.
fn host_of(link: &str) -> String {
    let Some((scheme, rest)) = link.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return NOWHERE.to_owned();
    };
    let Some(rest) = rest.strip_prefix("//") else { return format!("{}:", scheme.to_ascii_lowercase()) };
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    // The colons of an IPv6 address stand in brackets.
    let end = host.find(']').map_or_else(|| host.find(':'), |bracket| Some(bracket + 1));
    let host = host[..end.unwrap_or(host.len())].to_lowercase();
    let sound = !host.contains(|letter: char| letter.is_control() || letter.is_whitespace());
    match host.len() {
        0 => format!("{}:", scheme.to_ascii_lowercase()),
        1..=LONGEST_HOST if sound => host,
        _ => NOWHERE.to_owned(),
    }
}

/// Whether a text is a URL's scheme (RFC 3986, 3.1), of a length that any has.
fn is_scheme(text: &str) -> bool {
    let word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    word && text.starts_with(|letter: char| letter.is_ascii_alphabetic()) && text.len() <= 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_s_host_tells_no_secret() {
        for (link, host) in [
            ("https://lh3.googleusercontent.com/a-/AOh14=s96-c", "lh3.googleusercontent.com"),
            ("HTTPS://Example.COM", "example.com"),
            ("http://example.com:8080?x=y@z", "example.com"),
            ("https://me:sec/ret@example.com/", "me"),
            ("https://me:secret@example.com/a", "example.com"),
            ("https://[2001:db8::1]:443/a", "[2001:db8::1]"),
            ("ftp://example.com#a", "example.com"),
            ("file:///home/me/a.jpg", "file:"),
            ("DATA:image/svg+xml,x", "data:"),
            ("cid:photo", "cid:"),
            ("https://a b/", NOWHERE),
            ("a.jpg", NOWHERE),
            ("//example.com/a", NOWHERE),
            ("C\u{e9}:x", NOWHERE),
            ("", NOWHERE),
        ] {
            assert_eq!(host_of(link), host, "{link}");
        }
        assert_eq!(host_of(&format!("https://{}/", "x".repeat(254))), NOWHERE);
    }

    #[test]
    fn there_is_an_end_to_the_hosts_that_are_named() {
        let mut links = PhotoLinks::default();
        for number in 0..MAX_HOSTS * 2 {
            links.count(PhotoLink::Kept(&format!("https://h{number}.example/")));
            links.count(PhotoLink::Kept("https://h0.example/"));
        }
        links.count(PhotoLink::Fetched);
        assert_eq!((links.kept, links.fetched, links.hosts.len()), (MAX_HOSTS as u64 * 4, 1, MAX_HOSTS));
        assert_eq!(links.hosts["h0.example"], MAX_HOSTS as u64 * 2 + 1);
    }
}
