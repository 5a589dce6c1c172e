//! The rules: one row each, with its severity, the versions that it is about, where it is written, and the way out.

use std::fmt;

use crate::formats::vcard::Version;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The standard forbids it, and readers lose or misread something.
    Error,
    /// The standard forbids it or leaves it open, and some readers stumble.
    Warning,
    /// Worth knowing; most readers cope.
    Note,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which one it is.
    pub code: Code,
    /// Its stable name: `qp-escape`.
    pub name: &'static str,
    /// How much it matters when it is broken.
    pub severity: Severity,
    /// The versions of vCard that it is about.
    pub versions: &'static [Version],
    /// Where it is written.
    pub section: &'static str,
    /// What is wrong when it is broken.
    pub title: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

const ALL: &[Version] = &Version::ALL;
const OLD: &[Version] = &[Version::V2_1];
const NEW: &[Version] = &[Version::V3_0, Version::V4_0];
const THREE: &[Version] = &[Version::V3_0];
const FOUR: &[Version] = &[Version::V4_0];
const BEFORE_4: &[Version] = &[Version::V2_1, Version::V3_0];

macro_rules! rules {
    ($($code:ident $name:literal $severity:ident $versions:ident $section:literal, $title:literal, $fix:literal;)*) => {
        /// Which rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        /// Every rule, in the order of the documentation and of [`Code`].
        pub static RULES: &[Rule] = &[$(Rule {
            code: Code::$code,
            name: $name,
            severity: Severity::$severity,
            versions: $versions,
            section: $section,
            title: $title,
            fix: $fix,
        },)*];
    };
}

rules! {
    // Framing.
    EndMissing "end-missing" Error ALL "RFC 6350 6.1.2",
        "a card without END:VCARD", "write END:VCARD behind its last property";
    CutOff "cut-off" Error ALL "RFC 6350 6.1.2",
        "the file ends in the middle of a line of a card", "get the whole file";
    Outside "outside" Error ALL "RFC 6350 3.3",
        "text outside any card", "remove it, or put BEGIN:VCARD before and END:VCARD behind it";
    TooLarge "too-large" Error ALL "–",
        "a card above the size limit, which is not looked at", "raise --max-card-size to check it";
    TooMany "too-many" Error ALL "–",
        "a card of more than 100000 properties or parameters, which is not read", "leave in it what is one person's";
    BeginSpelling "begin-spelling" Warning ALL "RFC 6350 6.1.1",
        "BEGIN, END or VERSION with blanks or other bytes around it", "write it alone on its line, without blanks";
    VersionMissing "version-missing" Error ALL "RFC 6350 6.7.9",
        "a card without VERSION; it is checked as 3.0", "write VERSION behind BEGIN:VCARD";
    VersionUnknown "version-unknown" Error ALL "RFC 6350 6.7.9",
        "a VERSION that nobody defined; the card is checked as 3.0", "write 2.1, 3.0 or 4.0";
    VersionLate "version-late" Error FOUR "RFC 6350 6.7.9",
        "VERSION is not the first property", "move it right behind BEGIN:VCARD";
    NestedCard "nested-card" Error NEW "RFC 2426 3.5.4",
        "a card within a card", "write it as a card of its own, and refer to it by RELATED or a link";
    Nul "nul" Error ALL "RFC 6350 3.3",
        "NUL bytes in a card", "remove them, or get the file again: it was damaged or padded";
    Bom "bom" Note ALL "RFC 6350 3.1",
        "a byte order mark at the beginning", "save the file as UTF-8 without a mark";
    BomInside "bom-inside" Warning ALL "RFC 6350 3.1",
        "a byte order mark within the file, where files were joined", "remove it";
    Utf16 "utf-16" Warning ALL "RFC 6350 3.1",
        "the file is UTF-16", "save it as UTF-8";
    SeveralCards "several-cards" Note ALL "–",
        "several cards in one file: Outlook reads the first one alone", "write one file for each card for Outlook";
    // Line ends.
    LineEndLf "line-end-lf" Note ALL "RFC 6350 3.2",
        "lines end with LF alone", "end lines with CR LF";
    LineEndCr "line-end-cr" Warning ALL "RFC 6350 3.2",
        "lines end with CR alone, which few programs read", "end lines with CR LF";
    LineEndTwice "line-end-twice" Warning ALL "RFC 6350 3.2",
        "lines end with CR CR LF: the file was converted twice", "end lines with CR LF";
    LineEndMixed "line-end-mixed" Warning ALL "RFC 6350 3.2",
        "lines end in different ways", "end every line with CR LF";
    LineEndLast "line-end-last" Note ALL "RFC 6350 3.2",
        "the last line has no line end", "end it with CR LF";
    // Lines.
    BlankLine "blank-line" Warning NEW "RFC 6350 3.3",
        "an empty line within a card", "remove it";
    LineLength "line-length" Note NEW "RFC 6350 3.2",
        "a line of more than 75 octets", "fold it: a line end and a blank before the rest";
    SoftLength "soft-length" Note OLD "vCard 2.1 2.1.3",
        "a quoted-printable line of more than 76 characters", "break it by = and a line end";
    FoldInCharacter "fold-in-character" Error ALL "RFC 6350 3.2",
        "a fold within a character", "fold between characters";
    BrokenLine "broken-line" Error ALL "RFC 6350 3.2",
        "a line broken without a fold", "begin the rest with a blank, or write \\n where a new line is meant";
    Stray "stray" Error ALL "RFC 6350 3.3",
        "a line that belongs to no property", "remove it, or write NAME: before it";
    SoftBreakPlain "soft-break-plain" Error ALL "vCard 2.1 2.1.3",
        "a soft break (=) in a value that is not quoted-printable", "write ENCODING=QUOTED-PRINTABLE, or fold the line";
    SoftBreakEnd "soft-break-end" Error ALL "RFC 2045 6.7",
        "a soft break (=) with nothing of the value behind it", "remove the = at the end of the line";
    SoftFolded "soft-folded" Warning ALL "vCard 2.1 2.1.3",
        "a quoted-printable value that is folded without a soft break", "end the line before with =";
    Base64Unindented "base64-unindented" Warning ALL "RFC 2426 2.6",
        "base64 on lines that do not begin with a blank", "begin each with a blank";
    Base64Open "base64-open" Note OLD "vCard 2.1 2.9",
        "base64 without the empty line behind it", "write an empty line behind it";
    // Character sets.
    Legacy "charset-undeclared" Error ALL "RFC 6350 3.1",
        "text that is not UTF-8 and declares no character set", "save it as UTF-8, or declare its CHARSET in 2.1";
    Utf8Damaged "utf8-damaged" Error ALL "RFC 6350 3.1",
        "UTF-8 with damaged bytes", "get the text again from where it comes";
    Utf8Undeclared "utf8-undeclared" Warning OLD "vCard 2.1 2.1.6",
        "UTF-8 text without CHARSET, which Outlook reads as a code page", "write CHARSET=UTF-8";
    CharsetWrong "charset-wrong" Error ALL "vCard 2.1 2.1.6",
        "the bytes are not of the declared character set", "declare the character set that they are in";
    CharsetUnknown "charset-unknown" Error ALL "vCard 2.1 2.1.6",
        "a character set that nobody knows", "declare it by its registered name, such as UTF-8";
    CharsetParameter "charset-parameter" Warning NEW "RFC 2426 5",
        "CHARSET, which this version does not have", "remove it and save the text as UTF-8";
    Control "control-character" Warning ALL "RFC 6350 3.3",
        "control characters in a value", "remove them";
    Replacement "replacement-character" Warning ALL "–",
        "a replacement character: the text was damaged before", "get the text again from where it comes";
    Mojibake "mojibake" Warning ALL "–",
        "UTF-8 that was read as Windows-1252 and saved again", "save it as Windows-1252 and read that as UTF-8";
    HeaderCharset "header-charset" Error ALL "RFC 6350 3.1",
        "a name or parameter that is not UTF-8", "save the file as UTF-8";
    // Transfer encodings and escapes.
    QpEscape "qp-escape" Error ALL "RFC 2045 6.7",
        "a bad quoted-printable escape", "write = as =3D, and every escape with two hexadecimal digits";
    QpVersion "qp-version" Error THREE "RFC 2426 5",
        "quoted-printable, which 3.0 does not have", "write the text itself, in UTF-8";
    EncodingVersion "encoding-version" Error FOUR "RFC 6350 A.2",
        "ENCODING, which 4.0 does not have", "write text in UTF-8 and pictures as data: URIs";
    EncodingUnknown "encoding-unknown" Error ALL "RFC 2425 5.8.3",
        "an encoding that nobody knows", "write b in 3.0, BASE64 or QUOTED-PRINTABLE in 2.1";
    EncodingSpelling "encoding-spelling" Warning BEFORE_4 "RFC 2426 5",
        "base64 by the name of another version", "write ENCODING=b in 3.0, ENCODING=BASE64 in 2.1";
    Base64Bad "base64-bad" Error ALL "RFC 4648 4",
        "what should be base64 is not", "get the value again from where it comes";
    Base64Padding "base64-padding" Warning ALL "RFC 4648 3.2",
        "base64 without its padding", "add = until the length is a multiple of four";
    Escape "escape-unknown" Warning NEW "RFC 6350 3.4",
        "a backslash before what needs none", "remove it, or write \\\\ where a backslash is meant";
    EscapeNewline "escape-newline" Note OLD "vCard 2.1 2.1.3",
        "\\n, which is no line break in 2.1", "write the text in quoted-printable, with =0D=0A";
    Comma "unescaped-comma" Warning NEW "RFC 6350 4.1",
        "a comma in a text that is no list", "write \\,";
    Semicolon "unescaped-semicolon" Warning THREE "RFC 2426 4",
        "a semicolon in a text that has no components", "write \\;";
    // Parameters.
    ParameterBare "parameter-bare" Error NEW "RFC 6350 3.3",
        "a parameter without its name", "write TYPE= before a type, ENCODING= before an encoding";
    ParameterForm "parameter-form" Error ALL "RFC 6350 3.3",
        "a parameter that is empty, or whose name is none", "write ;NAME=value";
    ParameterQuote "parameter-quote" Error ALL "RFC 6350 3.3",
        "a quotation mark without its partner", "quote the whole parameter value, and write ^' for a mark within it";
    ParameterTwice "parameter-twice" Warning NEW "RFC 6350 5",
        "a parameter that may stand once stands twice", "keep one of them";
    ParameterUnknown "parameter-unknown" Note ALL "RFC 6350 10.3.2",
        "a parameter that is neither registered nor begins with X-", "give its name the prefix X-";
    ParameterLater "parameter-later" Note BEFORE_4 "RFC 6350 5",
        "a parameter of a later version", "write the card as 4.0, or leave it out";
    Pref "pref-range" Error FOUR "RFC 6350 5.3",
        "PREF is not a number from 1 to 100", "write 1 for the most preferred value";
    PrefType "pref-type" Warning FOUR "RFC 6350 A.2",
        "TYPE=pref, which 4.0 does not have", "write PREF=1";
    TypeUnknown "type-unknown" Note ALL "RFC 6350 5.6",
        "a type that is not registered for the property", "write a registered one, or label the group by X-ABLabel";
    ValueUnknown "value-unknown" Warning ALL "RFC 6350 5.2",
        "a VALUE that nobody defined", "write the type that the value has, such as text or uri";
    ValueType "value-type" Warning FOUR "RFC 6350 6",
        "a VALUE that the property cannot have", "write the type that the property has, or leave VALUE out";
    Pid "pid-form" Error FOUR "RFC 6350 5.5",
        "PID is not of the form 1 or 1.1", "write digits, and a dot between them";
    PidSource "pid-source" Error FOUR "RFC 6350 5.5",
        "a PID whose source no CLIENTPIDMAP of the card names", "write CLIENTPIDMAP for the source, or leave the PID out";
    MediaType "media-type" Warning FOUR "RFC 6350 5.7",
        "MEDIATYPE is not of the form image/png", "write type/subtype";
    Language "language-tag" Warning ALL "RFC 5646 2.1",
        "not a language tag", "write it as de or pt-BR";
    // Properties.
    PropertyName "property-name" Error ALL "RFC 6350 3.3",
        "a name or group with other characters than letters, digits and hyphens", "write it with these alone";
    PropertyUnknown "property-unknown" Warning ALL "RFC 6350 10.3.1",
        "a property that is neither registered nor begins with X-", "give its name the prefix X-";
    PropertyLater "property-later" Note BEFORE_4 "RFC 6350 6",
        "a property of a later version", "write the card as a version that has it";
    PropertyDropped "property-dropped" Warning FOUR "RFC 6350 A.2",
        "a property that 4.0 does not have any more", "use its successor, or the name with the prefix X-";
    FnMissing "fn-missing" Error NEW "RFC 6350 6.2.1",
        "a card without FN", "write the name to display as FN";
    NMissing "n-missing" Error BEFORE_4 "RFC 2426 3.1.2",
        "a card without N", "write N with the parts of the name, empty ones too";
    Once "once" Error FOUR "RFC 6350 6",
        "a property that may stand once stands again", "keep one, or give them the same ALTID if they say the same";
    OnceUsual "once-usual" Warning BEFORE_4 "RFC 2426 3",
        "a property that is usually read once stands again", "keep one of them";
    Empty "value-empty" Note ALL "RFC 6350 6",
        "a property without a value", "remove it";
    LabelOrphan "label-orphan" Note ALL "–",
        "an X-ABLabel whose group has no property to label", "remove it";
    // Values.
    Parts "parts" Note NEW "RFC 6350 6.2.2",
        "a structured value with fewer components than it has", "write the empty components too";
    PartsMany "parts-many" Warning ALL "RFC 6350 6.2.2",
        "a structured value with more components than it has", "write \\; where a semicolon belongs to the text";
    Date "date" Error ALL "RFC 6350 4.3",
        "not a date, or a day that does not exist", "write it as 19960415, or as VALUE=text in 4.0";
    DateForm "date-form" Warning ALL "RFC 6350 4.3",
        "a date in a form that this version does not have", "write 19960415 in 4.0, 1996-04-15 in 3.0";
    Timestamp "timestamp" Error ALL "RFC 6350 4.3.5",
        "not a point in time", "write it as 19960415T102200Z";
    UtcOffset "utc-offset" Warning ALL "RFC 6350 4.7",
        "not an offset from UTC", "write -0500 in 4.0, -05:00 in 3.0, or VALUE=text before a zone's name";
    UriScheme "uri-scheme" Warning ALL "RFC 6350 4.2",
        "a URI without a scheme", "write the scheme too, such as https: or tel:";
    UriCharacter "uri-character" Warning ALL "RFC 3986 2",
        "a character that a URI cannot have", "write it percent-encoded, as %20";
    UriEscape "uri-escape" Note FOUR "RFC 6350 3.4",
        "a backslash before a comma or semicolon of a URI, which some readers take for a part of it", "write it bare";
    DataUri "data-uri" Error ALL "RFC 2397 3",
        "a data: URI that cannot be taken apart", "write data:image/jpeg;base64, before the data";
    Geo "geo" Warning ALL "RFC 6350 6.5.2",
        "not a position", "write geo:48.2,16.37 in 4.0, 48.2;16.37 in 3.0";
    GeoRange "geo-range" Error ALL "RFC 5870 3.4.2",
        "a position that is not on Earth", "write latitude -90 to 90, then longitude -180 to 180";
    Gender "gender" Error FOUR "RFC 6350 6.2.7",
        "GENDER does not begin with M, F, O, N or U", "write the letter first, then any text behind a semicolon";
    Kind "kind" Warning FOUR "RFC 6350 6.1.4",
        "a KIND that is not registered", "write individual, group, org or location";
    Member "member-kind" Error FOUR "RFC 6350 6.6.5",
        "MEMBER in a card that is no group", "write KIND:group";
    MemberMissing "member-missing" Note ALL "RFC 6350 6.6.5",
        "a group's member whose card is not in the file", "keep the members' cards in the file with the group";
    PidMap "clientpidmap" Error FOUR "RFC 6350 6.7.7",
        "CLIENTPIDMAP is not a number and a URI", "write 1;urn:uuid:…";
    ValueForm "value-form" Error ALL "RFC 6350 5.2",
        "a value that is not of the type that its VALUE says", "write VALUE as the value is";
    Email "email" Warning ALL "RFC 5322 3.4.1",
        "not an e-mail address", "write name@example.com alone";
    Tel "tel" Warning ALL "RFC 6350 6.4.1",
        "a phone number without a digit", "write the number, or the text as NOTE";
    UidTwice "uid-twice" Warning ALL "RFC 6350 6.7.6",
        "a UID that an earlier card of the file has", "give each contact a UID of its own, or remove the copy";
    UidText "uid-text" Note FOUR "RFC 6350 6.7.6",
        "a UID that is no URI and does not say VALUE=text", "write urn:uuid: before it, or VALUE=text";
    Strict "rfc6350" Warning FOUR "RFC 6350",
        "a 4.0 line that the strict parser does not take", "write the property as its section of RFC 6350 says";
    // Photos.
    PhotoLabel "photo-label" Warning ALL "RFC 6350 6.2.4",
        "the picture's label is not what its content is", "name the kind that it is";
    PhotoKind "photo-kind" Warning ALL "RFC 6350 6.2.4",
        "the content is no picture of a kind that is known", "write a JPEG, PNG or GIF";
    PhotoLink "photo-link" Note ALL "RFC 6350 6.2.4",
        "the photo is a link, not a picture", "put the picture itself into the card before the link goes stale";
    PhotoEncoding "photo-encoding" Error BEFORE_4 "RFC 2426 3.1.4",
        "base64 that is not declared", "write ENCODING=b in 3.0, ENCODING=BASE64 in 2.1";
    PhotoValue "photo-value" Warning BEFORE_4 "RFC 2426 3.1.4",
        "a link that is not declared", "write VALUE=uri in 3.0, VALUE=URL in 2.1";
}

impl Code {
    /// The rule of this code.
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.rule().name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_stands_where_its_code_says() {
        for (at, rule) in RULES.iter().enumerate() {
            assert_eq!(rule.code as usize, at);
            assert_eq!(rule.code.rule(), rule);
        }
    }

    #[test]
    fn names_are_stable_words_and_fixes_are_sentences() {
        let names: BTreeSet<_> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), RULES.len());
        for rule in RULES {
            let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(rule.name.bytes().all(word), "{}", rule.name);
            assert!(!rule.title.ends_with('.') && !rule.fix.ends_with('.') && !rule.fix.is_empty(), "{}", rule.name);
            assert!(!rule.versions.is_empty() && !rule.section.is_empty() && !rule.title.contains('|'));
        }
    }
}
