//! IMPP (RFC 4770) and the X- properties that every messaging service once had of its own.

use std::borrow::Cow;

use super::Version;
use super::decode::hex;
use super::draft::Draft;
use super::escape::unescape;
use super::property::Property;
use super::reach::{self, Said};
use super::table::Row;
use super::words;
use super::write::Card;
use crate::model::Im;

/// One row a service: its name as Apple writes it, the scheme of its URIs, its own properties; the first is written.
const SERVICES: &[(&str, &str, &[&str])] = &[
    ("AIM", "aim", &["X-AIM"]),
    ("ICQ", "icq", &["X-ICQ"]),
    ("Jabber", "xmpp", &["X-JABBER"]),
    ("XMPP", "xmpp", &[]),
    ("GoogleTalk", "xmpp", &["X-GOOGLE-TALK", "X-GTALK"]),
    ("Facebook", "xmpp", &[]),
    ("MSN", "msnim", &["X-MSN"]),
    ("Yahoo", "ymsgr", &["X-YAHOO", "X-YAHOO-ID"]),
    ("Skype", "skype", &["X-SKYPE", "X-SKYPE-USERNAME"]),
    ("SIP", "sip", &["X-SIP"]),
    ("IRC", "irc", &["X-IRC"]),
    ("GaduGadu", "gg", &["X-GADUGADU"]),
    ("QQ", ANY_SCHEME, &["X-QQ"]),
    ("GroupWise", ANY_SCHEME, &["X-GROUPWISE"]),
    ("Twitter", ANY_SCHEME, &["X-TWITTER"]),
    ("", "", &["X-MS-IMADDRESS", "X-KADDRESSBOOK-X-IMADDRESS"]),
];

/// Every property that is read as a messaging address.
pub(super) const READS: &[&str] = &[
    "IMPP",
    "X-AIM",
    "X-ICQ",
    "X-JABBER",
    "X-GOOGLE-TALK",
    "X-GTALK",
    "X-MSN",
    "X-YAHOO",
    "X-YAHOO-ID",
    "X-SKYPE",
    "X-SKYPE-USERNAME",
    "X-SIP",
    "X-IRC",
    "X-GADUGADU",
    "X-QQ",
    "X-GROUPWISE",
    "X-TWITTER",
    "X-MS-IMADDRESS",
    "X-KADDRESSBOOK-X-IMADDRESS",
];

/// What Apple writes for a service without a scheme of its own.
const ANY_SCHEME: &str = "x-apple";

/// The parameter that names the service: Apple's, and RFC 9554's.
const SERVICE: &str = "X-SERVICE-TYPE";
const SERVICE_9554: &str = "SERVICE-TYPE";

fn scheme_of(service: &str) -> &'static str {
    let row = SERVICES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(service));
    row.map_or(ANY_SCHEME, |(_, scheme, _)| scheme)
}

/// The URI of a handle; without a service it is what it is.
fn uri(service: &str, address: &str) -> String {
    if service.is_empty() {
        return address.to_owned();
    }
    let mut uri = format!("{}:", scheme_of(service));
    for char in address.chars() {
        if char == '%' || char.is_ascii_control() || " \"<>\\^`{|}".contains(char) {
            uri.push_str(&format!("%{:02X}", u32::from(char)));
        } else {
            uri.push(char);
        }
    }
    uri
}

/// Service and handle of a URI.
fn handle(value: &str, named: Option<&str>) -> (String, String) {
    let (scheme, address) = value.split_once(':').unwrap_or(("", value));
    let known = SERVICES.iter().find(|(_, known, _)| !known.is_empty() && known.eq_ignore_ascii_case(scheme));
    let Some((service, ..)) = known else {
        return (named.unwrap_or_default().to_owned(), value.to_owned());
    };
    let service = match named {
        Some(named) => named,
        None if scheme.eq_ignore_ascii_case(ANY_SCHEME) => return (String::new(), value.to_owned()),
        None => service,
    };
    (service.to_owned(), percent_decoded(address).into_owned())
}

/// A handle without the scheme of its service, if it has that.
fn without_scheme<'v>(value: &'v str, scheme: &str) -> &'v str {
    let found = value.split_once(':').filter(|(found, _)| !scheme.is_empty() && found.eq_ignore_ascii_case(scheme));
    found.map_or(value, |(_, handle)| handle)
}

fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        (plain, rest) = match rest {
            [b'%', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                plain.push(hex(*high) << 4 | hex(*low));
                (plain, after)
            }
            _ => {
                plain.push(*first);
                (plain, tail)
            }
        };
    }
    String::from_utf8(plain).map_or(Cow::Borrowed(text), Cow::Owned)
}

pub(super) fn read_im(draft: &mut Draft<'_>, _: &'static Row, property: &Property<'_>) {
    let value = property.text();
    let value = value.trim();
    if value.is_empty() {
        return;
    }
    let said = Said::read(draft, property, false, |param| param.is(SERVICE) || param.is(SERVICE_9554));
    let Said { kind, label, preference, mut rest, .. } = said;
    let own = SERVICES.iter().find(|(.., own)| own.iter().any(|name| name.eq_ignore_ascii_case(property.name)));
    let named = property.param(SERVICE).or_else(|| property.param(SERVICE_9554));
    let (service, address) = match own {
        Some((service, scheme, _)) if !service.is_empty() => {
            ((*service).to_owned(), without_scheme(value, scheme).to_owned())
        }
        _ => handle(value, named.filter(|name| !name.is_empty())),
    };
    // A scheme without a handle is nobody's address.
    if address.is_empty() {
        return draft.extra(property);
    }
    if own.is_none() && uri(&service, &address) != value {
        property.keep_raw(&mut rest);
    }
    draft.contact.ims.push(Im { address, service, kind, label, preference, rest });
}

pub(super) fn write_ims(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for im in &contact.ims {
        let Im { address, service, kind, label, preference, rest } = im;
        let own = SERVICES.iter().find(|(name, ..)| name == service).and_then(|(.., own)| own.first());
        let own = own.filter(|_| card.version == Version::V2_1 && !service.is_empty());
        let named = Some(service.as_str()).filter(|name| !name.is_empty());
        let fits = |raw: &&str| handle(&unescape(raw, card.version), named) == (service.clone(), address.clone());
        let raw = rest.raw.as_deref().filter(|_| own.is_none()).filter(fits);
        let name = own.copied().unwrap_or("IMPP");
        let group = reach::begin(card, row.field, name, ["", ""], *kind, *preference, (rest, raw.is_some()), label);
        if own.is_none() && !service.is_empty() {
            card.param(SERVICE, service);
        }
        match (own, raw) {
            (Some(_), _) => card.text(address),
            (None, Some(raw)) => card.verbatim(raw),
            (None, None) => card.uri(&uri(service, address)),
        }
        card.label(&group, label, words::label_is_wrapped(label));
    }
}
