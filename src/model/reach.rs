//! How to reach somebody: e-mail, telephone, messaging, web.

use crate::model::Rest;

/// The part of a life that a value belongs to (RFC 6350 TYPE home and work; Exchange home, business, other).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// At home.
    Home,
    /// At work.
    Business,
    /// Expressly something else.
    Other,
}

/// What is at the end of a telephone number. The names are Outlook's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Line {
    /// An ordinary telephone, and whatever the source does not say more of.
    #[default]
    Voice,
    /// A mobile telephone.
    Mobile,
    /// A fax machine.
    Fax,
    /// A pager.
    Pager,
    /// A car telephone.
    Car,
    /// A radio telephone.
    Radio,
    /// The number to call back.
    Callback,
    /// The company's main number.
    CompanyMain,
    /// The contact's primary number.
    Primary,
    /// The assistant's telephone.
    Assistant,
    /// An ISDN number.
    Isdn,
    /// A telex.
    Telex,
    /// A teletypewriter for people who do not hear (TTY/TDD, RFC 6350 textphone).
    Tty,
    /// Video telephony.
    Video,
}

impl Line {
    /// Every line, in the order of the variants.
    pub const ALL: [Line; 14] = [
        Line::Voice,
        Line::Mobile,
        Line::Fax,
        Line::Pager,
        Line::Car,
        Line::Radio,
        Line::Callback,
        Line::CompanyMain,
        Line::Primary,
        Line::Assistant,
        Line::Isdn,
        Line::Telex,
        Line::Tty,
        Line::Video,
    ];
}

/// An e-mail address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Email {
    /// The address (`user@host`), as written.
    pub address: String,
    /// The name shown with it.
    pub name: String,
    /// Home, business or other; none when the source does not say.
    pub kind: Option<Kind>,
    /// The user's own word for it.
    pub label: String,
    /// RFC 6350 PREF: 1 is the most preferred, 100 the least.
    pub preference: Option<u8>,
    /// What the source said beyond that.
    pub rest: Rest,
}

/// A telephone number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phone {
    /// The number as written; a `tel:` URI's text without its scheme.
    pub number: String,
    /// Home, business or other; none when the source does not say.
    pub kind: Option<Kind>,
    /// What is at its end.
    pub line: Line,
    /// The user's own word for it.
    pub label: String,
    /// RFC 6350 PREF: 1 is the most preferred, 100 the least.
    pub preference: Option<u8>,
    /// What the source said beyond that.
    pub rest: Rest,
}

/// An instant messaging address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Im {
    /// The handle, or a URI where the source has one of an unknown scheme.
    pub address: String,
    /// The service (Skype, XMPP, …), as the source names it; empty when unknown.
    pub service: String,
    /// Home, business or other; none when the source does not say.
    pub kind: Option<Kind>,
    /// The user's own word for it.
    pub label: String,
    /// RFC 6350 PREF: 1 is the most preferred, 100 the least.
    pub preference: Option<u8>,
    /// What the source said beyond that.
    pub rest: Rest,
}

/// A web page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// The URL, as written.
    pub url: String,
    /// Home, business or other; none when the source does not say.
    pub kind: Option<Kind>,
    /// The user's own word for it (blog, profile, FTP).
    pub label: String,
    /// RFC 6350 PREF: 1 is the most preferred, 100 the least.
    pub preference: Option<u8>,
    /// What the source said beyond that.
    pub rest: Rest,
}
