//! IMPP (RFC 4770) and the X- properties that every messaging service once had of its own.

use std::borrow::Cow;

use super::Version;
use super::card::Card;
use super::decode::hex;
use super::draft::Draft;
use super::escape::unescape;
use super::line::Param;
use super::property::Property;
use super::reach::{self, Said};
use super::single::has_scheme;
use super::table::Row;
use super::words;
use crate::model::{Field, Im, Rest};

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
    ("Matrix", ANY_SCHEME, &["X-MATRIX"]),
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
    "X-MATRIX",
    "X-MS-IMADDRESS",
    "X-KADDRESSBOOK-X-IMADDRESS",
];

/// What Apple writes for a service without a scheme of its own.
const ANY_SCHEME: &str = "x-apple";

/// The scheme of RFC 3860, which every service is one of.
const ANY_SERVICE: &str = "im";

/// The parameter that names the service: Apple's, and RFC 9554's.
const SERVICE: &str = "X-SERVICE-TYPE";
const SERVICE_9554: &str = "SERVICE-TYPE";
/// How an IMPP with the latter is spelt.
const AS_9554: &str = "IMPP;SERVICE-TYPE";
/// How an IMPP is spelt whose scheme alone names the service.
const UNNAMED: &str = "IMPP";

/// An IMPP in 2.1, which would be a property of the service's own if it were written anew.
const OLD: &str = "IMPP;X-SERVICE-TYPE";

/// The spellings that are more than a name.
pub(super) const SPELLINGS: &[&str] = &[AS_9554, OLD];

/// The parameter that names the service: the last, because that is where one is written.
fn service_of<'p>(property: &'p Property<'_>) -> Option<&'p Param<'p>> {
    let last = |name: &str| property.params.iter().rfind(|param| param.is(name) && !param.value.is_empty());
    last(SERVICE).or_else(|| last(SERVICE_9554))
}

/// How an IMPP is spelt, if it would be written otherwise.
fn spelling(property: &Property<'_>) -> Option<&'static str> {
    match (property.param(SERVICE), property.param(SERVICE_9554)) {
        (Some(_), _) => (property.version == Version::V2_1).then_some(OLD),
        (None, Some(_)) => Some(AS_9554),
        (None, None) => Some(UNNAMED),
    }
}

/// Services without a scheme or a property of their own that Nextcloud names by a TYPE.
const TYPED: &[&str] = &["KakaoTalk", "Kik", "Line", "Signal", "Telegram", "Threema", "WeChat", "WhatsApp", "Zoom"];

/// The service that a TYPE names, as Nextcloud writes it: `IMPP;TYPE=SKYPE:ada`.
fn typed(word: &str) -> Option<&'static str> {
    let services = SERVICES.iter().map(|(name, ..)| *name).filter(|name| !name.is_empty());
    services.chain(TYPED.iter().copied()).find(|name| is_same(name, word))
}

/// Whether two names are of one service. Case, blanks and hyphens tell none apart: Google writes "Google Talk" and
/// Apple "GoogleTalk".
fn is_same(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase)
}

/// The row of a service; none for one that nobody knows, and where none is named.
fn known(service: &str) -> Option<&'static (&'static str, &'static str, &'static [&'static str])> {
    SERVICES.iter().find(|(name, ..)| !name.is_empty() && is_same(name, service))
}

/// The service that the TYPEs of a value name which is to be written.
fn typed_in(rest: &Rest) -> Option<&'static str> {
    let types = rest.params.iter().filter(|(name, _)| name == "TYPE");
    types.flat_map(|(_, words)| words).find_map(|word| typed(word))
}

fn scheme_of(service: &str) -> &'static str {
    known(service).map_or(ANY_SCHEME, |(_, scheme, _)| scheme)
}

/// The URI of a handle. Without a service it is what it is before 4.0, which asks for a URI: that of RFC 3860 says no
/// more than that it is an address of somebody's messages.
fn uri(service: &str, address: &str, version: Version) -> String {
    let scheme = match service {
        "" if version != Version::V4_0 || has_scheme(address) => return address.to_owned(),
        "" if address.contains('@') => ANY_SERVICE,
        "" => ANY_SCHEME,
        service => scheme_of(service),
    };
    let mut uri = format!("{scheme}:");
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
    let service = match (named, known) {
        (Some(named), Some(_)) => named,
        (None, _) if [ANY_SERVICE, ANY_SCHEME].iter().any(|any| any.eq_ignore_ascii_case(scheme)) => "",
        (None, Some((service, ..))) => service,
        (_, None) => return (named.unwrap_or_default().to_owned(), value.to_owned()),
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
    let own = SERVICES.iter().find(|(.., own)| own.iter().any(|name| name.eq_ignore_ascii_case(property.name)));
    let named = service_of(property).filter(|_| own.is_none_or(|(service, ..)| service.is_empty()));
    // A second word for the service stays with the other parameters.
    let names = |param: &Param<'_>| param.value.is_empty() || named.is_some_and(|named| std::ptr::eq(named, param));
    let known = |param: &Param<'_>| (param.is(SERVICE) || param.is(SERVICE_9554)) && names(param);
    let Said { kind, label, preference, mut rest, .. } = Said::read(draft, property, false, known);
    let named = named.map(|param| param.value.as_ref());
    let named = named.or_else(|| property.types().filter(|_| own.is_none()).find_map(typed));
    let (service, address) = match own {
        Some((service, scheme, _)) if !service.is_empty() => {
            ((*service).to_owned(), without_scheme(value, scheme).to_owned())
        }
        _ => handle(value, named),
    };
    // A scheme without a handle is nobody's address.
    if address.is_empty() {
        return draft.extra(property);
    }
    if own.is_none() && uri(&service, &address, property.version) != value {
        property.keep_raw(&mut rest);
    }
    let at = draft.contact.ims.len();
    draft.spell(Field::Ims, at, property);
    if let Some(spelling) = own.is_none().then(|| spelling(property)).flatten() {
        draft.contact.spellings.note(Field::Ims, at, spelling);
    }
    draft.contact.ims.push(Im { address, service, kind, label, preference, rest });
}

/// The property of its own that a handle is written with: the one it came from, in 2.1 the service's first.
fn own_property(card: &Card<'_>, at: usize, im: &Im) -> Option<&'static str> {
    let spelt = card.spelling(Field::Ims, at);
    let unnamed = || SERVICES.iter().find(|(name, ..)| name.is_empty() && im.service.is_empty());
    let (_, scheme, own) = known(&im.service).or_else(unnamed)?;
    // What begins with the service's scheme would be taken for a URI.
    if without_scheme(&im.address, scheme) != im.address {
        return None;
    }
    let read = own.iter().find(|name| card.profile.messengers().contains(name));
    let usual = own.first().filter(|_| card.version == Version::V2_1 && !im.service.is_empty());
    match spelt {
        Some(spelt) if own.contains(&spelt) => Some(spelt),
        Some(UNNAMED | AS_9554 | OLD) => None,
        _ => read.or(usual).copied(),
    }
}

pub(super) fn write_ims(card: &mut Card<'_>, row: &'static Row) {
    let contact = card.contact;
    for (at, im) in contact.ims.iter().enumerate() {
        let Im { address, service, kind, label, preference, rest } = im;
        let own = own_property(card, at, im);
        let named = Some(service.as_str()).filter(|name| !name.is_empty());
        let fits = |raw: &&str| handle(&unescape(raw, card.version), named) == (service.clone(), address.clone());
        // 4.0 asks for a URI, where older versions do with a handle.
        let sayable = |raw: &&str| card.version != Version::V4_0 || card.is_own() || has_scheme(raw);
        let raw = rest.raw.as_deref().filter(|_| own.is_none()).filter(fits).filter(sayable);
        let name = own.unwrap_or("IMPP");
        let group = reach::begin(card, row.field, name, ["", ""], *kind, *preference, (rest, raw.is_some()), label);
        let spelt = card.spelling(row.field, at);
        let param = if spelt == Some(AS_9554) { SERVICE_9554 } else { SERVICE };
        let unnamed =
            spelt == Some(UNNAMED) && handle(&uri(service, address, card.version), typed_in(rest)).0 == *service;
        let said = own.is_some() || service.is_empty() || unnamed || card.param_said(param, service);
        match (own, raw) {
            (Some(_), _) => card.text(address),
            (None, Some(raw)) if said => card.verbatim(raw),
            // A service that cannot be named must not be taken for another one's scheme.
            (None, _) if !said => card.text(address),
            (None, _) => card.uri(&uri(service, address, card.version)),
        }
        card.label(&group, label, words::label_is_wrapped(label));
    }
}
