//! Which phone, web page and address goes where: Exchange has fixed places for each, one table a kind of thing.
//!
//! The rows are gone through from the top; each takes the values that fit it, in the source's order, until it is full.

use super::dialect::Names;
use crate::model::{Kind, Line};

/// Where a slot keeps its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A JSON property with one text.
    One(Names),
    /// A JSON property with a list of at most so many texts.
    Many(Names, usize),
    /// An extended property.
    Extended(&'static str),
}

/// A place for telephone numbers.
pub(super) struct PhoneSlot {
    pub(super) line: Line,
    /// The kinds it takes; empty for any. The first one is what is read back from it.
    pub(super) kinds: &'static [Option<Kind>],
    pub(super) place: Place,
}

const BUSINESS: &[Option<Kind>] = &[Some(Kind::Business)];
const HOME: &[Option<Kind>] = &[Some(Kind::Home)];
const OTHER: &[Option<Kind>] = &[Some(Kind::Other), None];
const ANY: &[Option<Kind>] = &[];

const fn phone(line: Line, kinds: &'static [Option<Kind>], place: Place) -> PhoneSlot {
    PhoneSlot { line, kinds, place }
}

/// Telephone numbers. Tags are MS-OXPROPS's.
pub(super) const PHONES: &[PhoneSlot] = &[
    phone(Line::Voice, BUSINESS, Place::Many(("businessPhones", "BusinessPhones"), 2)),
    phone(Line::Voice, HOME, Place::Many(("homePhones", "HomePhones"), 2)),
    phone(Line::Mobile, ANY, Place::One(("mobilePhone", "MobilePhone1"))),
    phone(Line::Voice, OTHER, Place::Extended("String 0x3A1F")),
    phone(Line::Fax, BUSINESS, Place::Extended("String 0x3A24")),
    phone(Line::Fax, HOME, Place::Extended("String 0x3A25")),
    phone(Line::Fax, OTHER, Place::Extended("String 0x3A23")),
    phone(Line::Pager, ANY, Place::Extended("String 0x3A21")),
    phone(Line::Car, ANY, Place::Extended("String 0x3A1E")),
    phone(Line::Radio, ANY, Place::Extended("String 0x3A1D")),
    phone(Line::Callback, ANY, Place::Extended("String 0x3A02")),
    phone(Line::CompanyMain, ANY, Place::Extended("String 0x3A57")),
    phone(Line::Primary, ANY, Place::Extended("String 0x3A1A")),
    phone(Line::Assistant, ANY, Place::Extended("String 0x3A2E")),
    phone(Line::Isdn, ANY, Place::Extended("String 0x3A2D")),
    phone(Line::Telex, ANY, Place::Extended("String 0x3A2C")),
    phone(Line::Tty, ANY, Place::Extended("String 0x3A4B")),
];

/// A place for a web page.
pub(super) struct UrlSlot {
    /// The kinds it takes; the first one is what is read back from it.
    pub(super) kinds: &'static [Option<Kind>],
    pub(super) place: Place,
}

/// Web pages. A page of no kind goes where both APIs show it, if that place is free: to the business home page.
pub(super) const URLS: &[UrlSlot] = &[
    UrlSlot { kinds: BUSINESS, place: BUSINESS_HOME_PAGE },
    UrlSlot { kinds: HOME, place: Place::Extended("String 0x3A50") },
    UrlSlot { kinds: &[None], place: BUSINESS_HOME_PAGE },
    UrlSlot { kinds: OTHER, place: Place::Extended("String {00062004-0000-0000-C000-000000000046} Id 0x802B") },
];

const BUSINESS_HOME_PAGE: Place = Place::One(("businessHomePage", "BusinessHomePage"));

/// A place for a postal address.
pub(super) struct AddressSlot {
    /// The kinds it takes; the first one is what is read back from it.
    pub(super) kinds: &'static [Option<Kind>],
    pub(super) json: Names,
    /// The extended property with the post office box, which the APIs' addresses lack.
    pub(super) po_box: &'static str,
}

const BUSINESS_PO_BOX: &str = "String {00062004-0000-0000-C000-000000000046} Id 0x804A";
const OTHER_PO_BOX: &str = "String 0x3A64";
const HOME_PO_BOX: &str = "String 0x3A5E";

const fn address(kinds: &'static [Option<Kind>], json: Names, po_box: &'static str) -> AddressSlot {
    AddressSlot { kinds, json, po_box }
}

/// Postal addresses: one of each kind; an address of no kind takes the first free place of other, business, home.
pub(super) const ADDRESSES: &[AddressSlot] = &[
    address(BUSINESS, ("businessAddress", "BusinessAddress"), BUSINESS_PO_BOX),
    address(HOME, ("homeAddress", "HomeAddress"), HOME_PO_BOX),
    address(OTHER, ("otherAddress", "OtherAddress"), OTHER_PO_BOX),
    address(&[None], ("businessAddress", "BusinessAddress"), BUSINESS_PO_BOX),
    address(&[None], ("homeAddress", "HomeAddress"), HOME_PO_BOX),
];

/// Whether a slot that takes `kinds` takes this kind.
pub(super) fn takes(kinds: &[Option<Kind>], kind: Option<Kind>) -> bool {
    kinds.is_empty() || kinds.contains(&kind)
}

/// The kind that a value read from a slot has.
pub(super) fn kind_of(kinds: &[Option<Kind>]) -> Option<Kind> {
    kinds.first().copied().flatten()
}
