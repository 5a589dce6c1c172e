//! From a card's physical lines to its logical ones, as [`Unfolded`](super::super::unfold::Unfolded) makes them, telling
//! what is wrong with each fold and break on the way.

use std::borrow::Cow;

use memchr::memchr;

use super::Code;
use super::lines::{Endings, Line, Lines};
use super::registry;
use super::tell::{Tell, excerpt_of};
use crate::formats::vcard::Version;
use crate::formats::vcard::decode::{is_base64, is_quoted_printable};
use crate::formats::vcard::mark::{is_begin, is_end};
use crate::formats::vcard::unfold::{begins_property, header};

/// Octets that a line may have (RFC 6350 section 3.2), and characters of quoted-printable (RFC 2045 section 6.7).
const WIDTH: usize = 75;
const SOFT_WIDTH: usize = 76;

/// Blanks behind a soft break, and bytes of a header that is folded, that are looked at.
const BLANKS: usize = 1024;
const HEADER: usize = 16 * 1024;

/// What is kept of the buffer from one card to the next.
const KEPT: usize = 1024 * 1024;

/// What the logical line is in its transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transfer {
    Plain,
    Quoted,
    Base64,
}

/// Takes a logical line.
type Each<'a> = &'a mut dyn FnMut(&[u8], &mut Tell<'_>);

/// The logical line that is being collected.
pub(super) struct Walk {
    text: Vec<u8>,
    version: Version,
    /// Its first line; none before the first property.
    start: Option<u64>,
    transfer: Transfer,
    /// Whether the colon that ends the header has come.
    whole_header: bool,
    depth: u32,
    /// Already told of this logical line or of this card.
    told: Told,
}

/// What is told once.
#[derive(Default)]
struct Told {
    long: bool,
    unindented: bool,
    folded: bool,
    nul: bool,
    blank: bool,
    /// An empty line has come behind the logical line.
    ended: bool,
}

impl Walk {
    pub(super) fn new() -> Self {
        Self {
            text: Vec::new(),
            version: Version::default(),
            start: None,
            transfer: Transfer::Plain,
            whole_header: false,
            depth: 0,
            told: Told::default(),
        }
    }

    /// Looks at every line of a card of a version and hands its logical lines on.
    pub(super) fn walk(
        &mut self,
        (raw, version): (&[u8], Version),
        each: Each<'_>,
        endings: &mut Endings,
        tell: &mut Tell<'_>,
    ) {
        (self.start, self.depth, self.version, self.told) = (None, 0, version, Told::default());
        for mut line in Lines::new(raw, tell.position().line) {
            endings.look(&line, tell);
            let cleaned = self.without_nuls(&line, tell);
            line.text = &cleaned;
            self.line(&line, each, tell);
        }
        self.close(each, tell);
        self.text.shrink_to(KEPT);
    }

    fn without_nuls<'l>(&mut self, line: &Line<'l>, tell: &mut Tell<'_>) -> Cow<'l, [u8]> {
        if memchr(0, line.text).is_none() {
            return Cow::Borrowed(line.text);
        }
        if !std::mem::replace(&mut self.told.nul, true) {
            tell.at(line.number, Code::Nul, "");
        }
        line.text.iter().copied().filter(|byte| *byte != 0).collect()
    }

    fn line(&mut self, line: &Line<'_>, each: Each<'_>, tell: &mut Tell<'_>) {
        let (begins, ends) = (is_begin(line.text), is_end(line.text));
        if begins || ends {
            self.delimiter(line, tell);
        }
        self.depth += u32::from(begins);
        if self.depth > 1 {
            if begins && self.version != Version::V2_1 {
                tell.at(line.number, Code::NestedCard, "");
            }
        } else if ends {
            self.close(each, tell);
        } else if !begins {
            self.physical(line, each, tell);
        }
        self.depth = self.depth.saturating_sub(u32::from(ends));
    }

    /// BEGIN and END stand alone; a byte order mark is told apart.
    fn delimiter(&self, line: &Line<'_>, tell: &mut Tell<'_>) {
        let marked = line.text.starts_with(b"\xef\xbb\xbf");
        let text = if marked { &line.text[3..] } else { line.text };
        if marked && self.depth == 0 {
            let first = line.number == 1;
            tell.at(line.number, if first { Code::Bom } else { Code::BomInside }, "");
        }
        // 2.1 allows blanks around the words.
        let blank = |byte: &u8| self.version == Version::V2_1 && matches!(byte, b' ' | b'\t');
        let bare: Vec<u8> = text.iter().copied().filter(|byte| !blank(byte)).collect();
        let alone = bare.eq_ignore_ascii_case(b"BEGIN:VCARD") || bare.eq_ignore_ascii_case(b"END:VCARD");
        if !alone && self.depth <= 1 {
            tell.at(line.number, Code::BeginSpelling, excerpt_of(text));
        }
    }

    fn physical(&mut self, line: &Line<'_>, each: Each<'_>, tell: &mut Tell<'_>) {
        let Some(first) = line.text.first() else { return self.blank(line, tell) };
        let begins = begins_property(line.text, line.goes_on);
        if self.start.is_none() {
            if begins {
                self.open(line);
            } else {
                tell.at(line.number, Code::Stray, excerpt_of(line.text));
            }
        } else if self.ends_softly() {
            self.soft(line, begins, tell);
        } else if matches!(first, b' ' | b'\t') {
            self.fold(line, tell);
        } else if begins {
            self.close(each, tell);
            self.open(line);
        } else {
            self.broken(line, tell);
        }
        self.width(line, tell);
    }

    fn open(&mut self, line: &Line<'_>) {
        self.start = Some(line.number);
        self.text.clear();
        self.text.extend_from_slice(line.text);
        (self.told.long, self.told.unindented, self.told.folded, self.told.ended) = Default::default();
        self.look_at_header();
    }

    /// Finds the encoding; a header may be folded before it says one.
    fn look_at_header(&mut self) {
        let head = header(&self.text);
        self.whole_header = head.len() < self.text.len() || head.len() > HEADER;
        self.transfer = match () {
            () if is_quoted_printable(head) => Transfer::Quoted,
            () if is_base64(head) => Transfer::Base64,
            () => Transfer::Plain,
        };
    }

    /// An empty line: 2.1 allows it between properties, and ends base64 with one; later versions have none.
    fn blank(&mut self, line: &Line<'_>, tell: &mut Tell<'_>) {
        if self.start.is_some() && self.ends_softly() {
            tell.at(line.number, Code::SoftBreakEnd, "an empty line follows");
            self.cut_soft();
        }
        // In 2.1 the base64 is whole now, however its lines begin.
        self.told.ended = true;
        if self.version != Version::V2_1 && !std::mem::replace(&mut self.told.blank, true) {
            tell.at(line.number, Code::BlankLine, "");
        }
    }

    /// Whether the text ends with `=` and blanks. Of many blanks not all are looked at, again and again.
    fn ends_softly(&self) -> bool {
        let tail = &self.text[self.text.len().saturating_sub(BLANKS)..];
        self.transfer == Transfer::Quoted && tail.trim_ascii_end().ends_with(b"=")
    }

    fn cut_soft(&mut self) {
        let keep = self.text.trim_ascii_end().len() - 1;
        self.text.truncate(keep);
    }

    /// A line behind a soft break; a property there has lost its line to the one before.
    fn soft(&mut self, line: &Line<'_>, begins: bool, tell: &mut Tell<'_>) {
        self.cut_soft();
        if begins && is_property(line.text) {
            tell.at(line.number, Code::SoftBreakEnd, format!("{} follows", excerpt_of(header(line.text))));
        }
        self.text.extend_from_slice(line.text);
    }

    fn fold(&mut self, line: &Line<'_>, tell: &mut Tell<'_>) {
        if self.transfer == Transfer::Quoted && !std::mem::replace(&mut self.told.folded, true) {
            tell.at(line.number, Code::SoftFolded, "");
        }
        let rest = &line.text[1..];
        let continues = rest.first().is_some_and(|byte| matches!(byte, 0x80..=0xbf));
        if continues && ends_within_a_character(&self.text) {
            tell.at(line.number, Code::FoldInCharacter, "");
        }
        self.text.extend_from_slice(rest);
        if !self.whole_header {
            self.look_at_header();
        }
    }

    /// A line that cannot begin a property and is no fold.
    fn broken(&mut self, line: &Line<'_>, tell: &mut Tell<'_>) {
        let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/= \t".contains(byte);
        match self.transfer {
            Transfer::Base64 if line.text.iter().all(base64) => {
                if !std::mem::replace(&mut self.told.unindented, true) && self.version != Version::V2_1 {
                    tell.at(line.number, Code::Base64Unindented, "");
                }
                self.text.extend_from_slice(line.text);
            }
            Transfer::Base64 => tell.at(line.number, Code::Stray, excerpt_of(line.text)),
            transfer => {
                let soft = transfer == Transfer::Plain && self.text.ends_with(b"=");
                let code = if soft { Code::SoftBreakPlain } else { Code::BrokenLine };
                tell.at(line.number, code, excerpt_of(line.text));
                self.text.push(b'\n');
                self.text.extend_from_slice(line.text);
            }
        }
    }

    /// How long the line is; told once a property.
    fn width(&mut self, line: &Line<'_>, tell: &mut Tell<'_>) {
        let (code, width) = match (self.version, self.transfer) {
            (Version::V2_1, Transfer::Quoted) => (Code::SoftLength, SOFT_WIDTH),
            (Version::V2_1, _) => return,
            _ => (Code::LineLength, WIDTH),
        };
        if line.text.len() > width && !std::mem::replace(&mut self.told.long, true) {
            tell.at(line.number, code, format!("{} octets", line.text.len()));
        }
    }

    /// Ends the logical line where a further one, or the card's end, follows.
    fn close(&mut self, each: Each<'_>, tell: &mut Tell<'_>) {
        let Some(start) = self.start else { return };
        if self.ends_softly() {
            tell.at(start, Code::SoftBreakEnd, "the card ends behind it");
            self.cut_soft();
        }
        if self.transfer == Transfer::Base64 && self.version == Version::V2_1 && !self.told.ended {
            tell.at(start, if self.told.unindented { Code::Base64Unindented } else { Code::Base64Open }, "");
        }
        tell.begin(start);
        each(&self.text, tell);
        (self.start, self.transfer) = (None, Transfer::Plain);
    }
}

/// Whether a line begins with a property that is registered or private, in capitals as they are written.
fn is_property(line: &[u8]) -> bool {
    let head = header(line);
    let name = head.split(|byte| *byte == b';').next().unwrap_or_default();
    let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let Ok(name) = std::str::from_utf8(name) else { return false };
    // A letter and a colon may well be text; a card that lost its N is told of that.
    let capitals = name.len() > 1 && !name.bytes().any(|byte| byte.is_ascii_lowercase());
    capitals && (registry::is_private(name) || registry::property(name).is_some())
}

/// Whether the bytes end in the middle of a UTF-8 sequence.
fn ends_within_a_character(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    let Some(lead) = tail.iter().rposition(|byte| !matches!(byte, 0x80..=0xbf)) else { return false };
    std::str::from_utf8(&tail[lead..]).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::formats::Position;
    use crate::formats::vcard::unfold::Unfolded;

    const PIECES: &[&str] = &[
        "\r\n",
        "\r\n ",
        "\n\t",
        "=\r\n",
        "\r\n\r\n",
        "NOTE:",
        "TEL;HOME:",
        "NOTE;QUOTED-PRINTABLE:",
        ";\r\n ",
        "=3D",
        "a b",
        "KEY;ENCODING=b:",
        "QUJD",
        "item1.URL:",
        "X_a:",
        "\0",
        ":",
        "\"",
        "what is this",
        "N",
        "ü",
        "ENCODING=BASE64",
    ];

    /// What is left when blanks are taken away: vCard 2.1 keeps some of a fold, which matters to no rule.
    fn bare(line: &[u8]) -> Vec<u8> {
        line.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        #[test]
        fn the_reader_sees_the_same_logical_lines(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..30)) {
            let raw = format!("BEGIN:VCARD\r\n{}\r\nEND:VCARD\r\n", pieces.concat());
            for version in Version::ALL {
                let mut unfolded = Unfolded::default();
                unfolded.take(raw.as_bytes(), version);
                let wanted: Vec<_> = unfolded.lines().map(|line| bare(line.bytes)).collect();
                let mut found = Vec::new();
                let (mut sink, mut endings) = (|_| {}, Endings::default());
                let mut tell = Tell::new(&mut sink, Position::start(&Arc::from("-")));
                let each: Each<'_> = &mut |line, _| found.push(bare(line));
                Walk::new().walk((raw.as_bytes(), version), each, &mut endings, &mut tell);
                prop_assert_eq!(&found, &wanted, "{:?} {:?}", version, raw);
            }
        }
    }

    #[test]
    fn properties_are_told_from_text() {
        for (line, is) in [
            (&b"TEL;HOME:1"[..], true),
            (b"item1.X-ABLabel:a", false),
            (b"item1.EMAIL:a", true),
            (b"X-FOO:1", true),
            (b"Tel: 1", false),
            (b"N: none", false),
            (b"HTTP://a", false),
        ] {
            assert_eq!(is_property(line), is, "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn characters_are_seen_to_be_cut() {
        assert!(ends_within_a_character(b"Zo\xc3") && ends_within_a_character(b"\xf0\x9f\x8e"));
        assert!(
            !ends_within_a_character("Zoë".as_bytes())
                && !ends_within_a_character(b"")
                && !ends_within_a_character(b"\xbf")
        );
    }
}
