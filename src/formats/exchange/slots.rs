//! Which e-mail, phone, messaging address, web page and postal address goes where: Exchange has fixed places for each,
//! and [`RULES`] says which value may take which.
//!
//! The rules, in the order in which they apply:
//!
//! 1. Values wait in the order of their preference (PREF 1 first; TYPE=pref is PREF 1), those without one behind them,
//!    and among equals in the source's order. A value that repeats another one's text and kind waits behind all others,
//!    and so does an address of which nothing but its printed form (LABEL) is known; that is shown as a street.
//! 2. In the first round those take their place that it is meant for, as long as there is room: a bare web page does not
//!    take the place of one that is said to be of the business.
//! 3. In each further round those that still wait try the next place of their rule, beginning with the first. These are
//!    places that Outlook shows and that do not lie about what the value is: a third business phone is an "Other" phone,
//!    never a home phone; a mobile phone never becomes a business phone. A text that is shown already takes no second
//!    place of another sort.
//! 4. What then still waits goes to the stash.
//!
//! Whatever kind, label or preference is lost by the place is a remark in the stash and comes back on the way back.
//!
//! A phone of no kind is "Other" and a second one "Primary", a web page of no kind takes both pages: so does Exchange's
//! own import (MS-OXVCARD 2.1.3.3.1 and 2.1.3.7.8), but for the order of the two pages, since of these Outlook's form and
//! both APIs show the business home page alone. The preferred phone is not made the "Primary" one, as it is there: it
//! would lose its kind. An address of no kind is "Other", a second one "Business": RFC 2426 has `work` as the default.

use super::dialect::Names;
use crate::model::{Kind, Line};

/// Where a slot keeps its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A JSON property with one text.
    One(Names),
    /// A JSON property with a list of at most so many values.
    Many(Names, usize),
    /// An extended property.
    Extended(&'static str),
    /// A JSON property with the parts of an address, and the extended property with the post office box, which the
    /// APIs' addresses lack.
    Address(Names, &'static str),
}

impl Place {
    /// How many values it holds.
    pub(super) fn room(self) -> usize {
        match self {
            Place::Many(_, max) => max,
            Place::One(_) | Place::Extended(_) | Place::Address(..) => 1,
        }
    }
}

/// What a value is, beside whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum What {
    Email,
    Phone(Line),
    Im,
    Page,
    /// A web page whose address begins with `ftp:`.
    FtpSite,
    Address,
}

/// A place, and what a value is that is read from there.
pub(super) struct Slot {
    pub(super) place: Place,
    pub(super) what: What,
    pub(super) kind: Option<Kind>,
    /// What Outlook calls it.
    pub(super) shown: &'static str,
}

/// Which values may take which places, the best place first.
pub(super) struct Rule {
    pub(super) what: What,
    /// Whose they may be; empty for anybody's.
    pub(super) kinds: &'static [Option<Kind>],
    pub(super) places: &'static [Place],
    /// What such a value looks like in a vCard; its text too, where that decides.
    pub(super) example: &'static str,
}

const fn extended(id: &'static str) -> Place {
    Place::Extended(id)
}

const EMAILS: Place = Place::Many(("emailAddresses", "EmailAddresses"), 3);
const IMS: Place = Place::Many(("imAddresses", "ImAddresses"), 3);
/// PidTagBusinessTelephoneNumber 0x3A08 and PidTagBusiness2TelephoneNumber 0x3A1B.
const BUSINESS_PHONES: Place = Place::Many(("businessPhones", "BusinessPhones"), 2);
/// PidTagHomeTelephoneNumber 0x3A09 and PidTagHome2TelephoneNumber 0x3A2F.
const HOME_PHONES: Place = Place::Many(("homePhones", "HomePhones"), 2);
/// PidTagMobileTelephoneNumber 0x3A1C.
const MOBILE_PHONE: Place = Place::One(("mobilePhone", "MobilePhone1"));
const OTHER_PHONE: Place = extended("String 0x3A1F");
const BUSINESS_FAX: Place = extended("String 0x3A24");
const HOME_FAX: Place = extended("String 0x3A25");
/// PidTagPrimaryFaxNumber; Outlook calls it the other fax.
const OTHER_FAX: Place = extended("String 0x3A23");
const PAGER: Place = extended("String 0x3A21");
const CAR_PHONE: Place = extended("String 0x3A1E");
const RADIO_PHONE: Place = extended("String 0x3A1D");
const CALLBACK: Place = extended("String 0x3A02");
const COMPANY_MAIN: Place = extended("String 0x3A57");
const PRIMARY_PHONE: Place = extended("String 0x3A1A");
const ASSISTANT: Place = extended("String 0x3A2E");
const ISDN: Place = extended("String 0x3A2D");
const TELEX: Place = extended("String 0x3A2C");
const TTY: Place = extended("String 0x3A4B");
/// PidTagBusinessHomePage 0x3A51; PidLidHtml 0x802B is to be the same and is left to the service.
const BUSINESS_PAGE: Place = Place::One(("businessHomePage", "BusinessHomePage"));
const PERSONAL_PAGE: Place = extended("String 0x3A50");
const FTP_SITE: Place = extended("String 0x3A4C");
const BUSINESS_ADDRESS: Place =
    Place::Address(("businessAddress", "BusinessAddress"), "String {00062004-0000-0000-C000-000000000046} Id 0x804A");
const HOME_ADDRESS: Place = Place::Address(("homeAddress", "HomeAddress"), "String 0x3A5E");
const OTHER_ADDRESS: Place = Place::Address(("otherAddress", "OtherAddress"), "String 0x3A64");

const HOME: Option<Kind> = Some(Kind::Home);
const BUSINESS: Option<Kind> = Some(Kind::Business);
const OTHER: Option<Kind> = Some(Kind::Other);

const fn slot(place: Place, what: What, kind: Option<Kind>, shown: &'static str) -> Slot {
    Slot { place, what, kind, shown }
}

const fn phone(place: Place, line: Line, kind: Option<Kind>, shown: &'static str) -> Slot {
    slot(place, What::Phone(line), kind, shown)
}

/// Every place, in the order in which a reader goes through them. Tags and ids are MS-OXPROPS's.
pub(super) const SLOTS: &[Slot] = &[
    slot(EMAILS, What::Email, None, "E-mail, E-mail 2, E-mail 3"),
    phone(BUSINESS_PHONES, Line::Voice, BUSINESS, "Business, Business 2"),
    phone(HOME_PHONES, Line::Voice, HOME, "Home, Home 2"),
    phone(MOBILE_PHONE, Line::Mobile, None, "Mobile"),
    phone(OTHER_PHONE, Line::Voice, OTHER, "Other"),
    phone(BUSINESS_FAX, Line::Fax, BUSINESS, "Business Fax"),
    phone(HOME_FAX, Line::Fax, HOME, "Home Fax"),
    phone(OTHER_FAX, Line::Fax, OTHER, "Other Fax"),
    phone(PAGER, Line::Pager, None, "Pager"),
    phone(CAR_PHONE, Line::Car, None, "Car"),
    phone(RADIO_PHONE, Line::Radio, None, "Radio"),
    phone(CALLBACK, Line::Callback, None, "Callback"),
    phone(COMPANY_MAIN, Line::CompanyMain, None, "Company"),
    phone(PRIMARY_PHONE, Line::Primary, None, "Primary"),
    phone(ASSISTANT, Line::Assistant, None, "Assistant"),
    phone(ISDN, Line::Isdn, None, "ISDN"),
    phone(TELEX, Line::Telex, None, "Telex"),
    phone(TTY, Line::Tty, None, "TTY/TDD"),
    slot(IMS, What::Im, None, "IM address"),
    slot(BUSINESS_PAGE, What::Page, BUSINESS, "Web page"),
    slot(PERSONAL_PAGE, What::Page, HOME, "Personal Home Page"),
    slot(FTP_SITE, What::FtpSite, None, "FTP Site"),
    slot(BUSINESS_ADDRESS, What::Address, BUSINESS, "Business address"),
    slot(HOME_ADDRESS, What::Address, HOME, "Home address"),
    slot(OTHER_ADDRESS, What::Address, OTHER, "Other address"),
];

const ANY: &[Option<Kind>] = &[];
const AT_WORK: &[Option<Kind>] = &[BUSINESS];
const AT_HOME: &[Option<Kind>] = &[HOME];
const ELSEWHERE: &[Option<Kind>] = &[OTHER];
const UNSAID: &[Option<Kind>] = &[None];
const ELSEWHERE_OR_UNSAID: &[Option<Kind>] = &[OTHER, None];

const fn rule(what: What, kinds: &'static [Option<Kind>], places: &'static [Place], example: &'static str) -> Rule {
    Rule { what, kinds, places, example }
}

const fn call(line: Line, kinds: &'static [Option<Kind>], places: &'static [Place], example: &'static str) -> Rule {
    rule(What::Phone(line), kinds, places, example)
}

/// The table of rules: exactly one row for each value that there can be.
pub(super) const RULES: &[Rule] = &[
    rule(What::Email, ANY, &[EMAILS], "EMAIL;TYPE=WORK"),
    call(Line::Voice, AT_WORK, &[BUSINESS_PHONES, OTHER_PHONE, PRIMARY_PHONE, CALLBACK], "TEL;TYPE=WORK"),
    call(Line::Voice, AT_HOME, &[HOME_PHONES, OTHER_PHONE, PRIMARY_PHONE, CALLBACK], "TEL;TYPE=HOME"),
    call(Line::Voice, ELSEWHERE_OR_UNSAID, &[OTHER_PHONE, PRIMARY_PHONE, CALLBACK], "TEL"),
    call(Line::Mobile, ANY, &[MOBILE_PHONE, OTHER_PHONE, CAR_PHONE, PRIMARY_PHONE, CALLBACK], "TEL;TYPE=WORK,CELL"),
    call(Line::Fax, AT_WORK, &[BUSINESS_FAX, OTHER_FAX], "TEL;TYPE=WORK,FAX"),
    call(Line::Fax, AT_HOME, &[HOME_FAX, OTHER_FAX], "TEL;TYPE=HOME,FAX"),
    call(Line::Fax, ELSEWHERE_OR_UNSAID, &[OTHER_FAX], "TEL;TYPE=FAX"),
    call(Line::Pager, ANY, &[PAGER, OTHER_PHONE], "TEL;TYPE=PAGER"),
    call(Line::Car, ANY, &[CAR_PHONE, OTHER_PHONE, PRIMARY_PHONE, CALLBACK], "TEL;TYPE=CAR"),
    call(Line::Radio, ANY, &[RADIO_PHONE, OTHER_PHONE, PRIMARY_PHONE, CALLBACK], "TEL;TYPE=RADIO"),
    call(Line::Callback, ANY, &[CALLBACK, OTHER_PHONE, PRIMARY_PHONE], "TEL;TYPE=CALLBACK"),
    call(Line::CompanyMain, ANY, &[COMPANY_MAIN, OTHER_PHONE], "TEL;TYPE=COMPANY"),
    call(Line::Primary, ANY, &[PRIMARY_PHONE, OTHER_PHONE, CALLBACK], "TEL;TYPE=MAIN"),
    // A call to it reaches somebody else, whatever the place is called.
    call(Line::Assistant, ANY, &[ASSISTANT], "TEL;TYPE=ASSISTANT"),
    call(Line::Isdn, ANY, &[ISDN, OTHER_PHONE], "TEL;TYPE=ISDN"),
    call(Line::Telex, ANY, &[TELEX], "TEL;TYPE=TELEX"),
    call(Line::Tty, ANY, &[TTY], "TEL;TYPE=TTYTDD"),
    call(Line::Video, ANY, &[OTHER_PHONE, PRIMARY_PHONE, CALLBACK], "TEL;TYPE=VIDEO"),
    rule(What::Im, ANY, &[IMS], "IMPP"),
    rule(What::Page, AT_WORK, &[BUSINESS_PAGE], "URL;TYPE=WORK"),
    rule(What::Page, AT_HOME, &[PERSONAL_PAGE], "URL;TYPE=HOME"),
    rule(What::Page, ELSEWHERE_OR_UNSAID, &[BUSINESS_PAGE, PERSONAL_PAGE], "URL"),
    rule(What::FtpSite, ANY, &[FTP_SITE], "URL:ftp://ftp.example.com/"),
    rule(What::Address, AT_WORK, &[BUSINESS_ADDRESS, OTHER_ADDRESS], "ADR;TYPE=WORK"),
    rule(What::Address, AT_HOME, &[HOME_ADDRESS, OTHER_ADDRESS], "ADR;TYPE=HOME"),
    rule(What::Address, ELSEWHERE, &[OTHER_ADDRESS], "ADR;TYPE=OTHER"),
    rule(What::Address, UNSAID, &[OTHER_ADDRESS, BUSINESS_ADDRESS], "ADR"),
];

/// The places that such a value may take, the best first.
pub(super) fn places(what: What, kind: Option<Kind>) -> &'static [Place] {
    let fits = |rule: &&Rule| rule.what == what && (rule.kinds.is_empty() || rule.kinds.contains(&kind));
    RULES.iter().find(fits).map_or(&[], |rule| rule.places)
}
