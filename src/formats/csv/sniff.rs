//! One joint decision on a table: encoding, delimiter, header row, program and language of its headers.
//!
//! Each combination is tried on the beginning of the source, and the one whose header row has the most known headers
//! wins: a header is evidence for all five at once.

use std::borrow::Cow;
use std::cmp::Ordering;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, ISO_8859_2, KOI8_R, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
    X_MAC_CYRILLIC,
};

use crate::formats::Remark;
use crate::formats::charset;
use crate::formats::csv::Options;
use crate::formats::csv::frame::{Frame, Frames};
use crate::formats::csv::grammar::Grammar;
use crate::formats::csv::scan::Cells;
use crate::formats::table::{Attempt, Head, MAX_COLUMNS, ROWS, Seen, WAY_OUT, advice};

/// How much of that the header row is looked for in.
const HEAD: usize = 64 * 1024;

/// The code pages that programs write without saying so; the first is the most usual.
const PAGES: &[&Encoding] = &[
    WINDOWS_1252,
    WINDOWS_1250,
    WINDOWS_1251,
    SHIFT_JIS,
    GBK,
    EUC_KR,
    BIG5,
    WINDOWS_1253,
    WINDOWS_1254,
    WINDOWS_1255,
    WINDOWS_1256,
    WINDOWS_1257,
    WINDOWS_1258,
    WINDOWS_874,
    ISO_8859_2,
    KOI8_R,
    MACINTOSH,
    X_MAC_CYRILLIC,
];

const DELIMITERS: &[u8] = b",;\t|";

/// What was decided.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) encoding: &'static Encoding,
    /// Why this encoding.
    pub(super) because: &'static str,
    /// Length of the byte order mark.
    pub(super) mark: usize,
    /// Whether the window is all ASCII, so that the encoding is still open.
    pub(super) ascii: bool,
    pub(super) grammar: Grammar,
    pub(super) head: Head,
}

impl Decision {
    /// It in plain words, but for the header.
    pub(super) fn remarks(&self) -> [Remark; 2] {
        let separated = format!("separated by {}", self.grammar.words());
        let encoding = Remark::decided(self.encoding.name(), format!("because {}", self.because));
        [encoding, Remark::decided(separated, "")]
    }
}

/// An encoding that may be it.
#[derive(Clone, Copy)]
struct Guess {
    encoding: &'static Encoding,
    because: &'static str,
    mark: usize,
}

/// A way to read the beginning, and the header row that it shows.
struct Way {
    guess: Guess,
    grammar: Grammar,
    attempt: Attempt,
    /// The number of the row, from 0, that reaches beyond what was looked at.
    cut: Option<usize>,
}

/// Decides; `Err` says why nothing fits and what to do.
pub(super) fn sniff(window: &[u8], complete: bool, options: &Options) -> Result<Decision, String> {
    // The ways in which most headers are known; they differ in the encoding alone.
    let mut equal: Vec<Way> = Vec::new();
    let (mut first_row, mut seen) = (Vec::new(), Seen::new());
    for guess in guesses(window, complete, options) {
        let bytes = &window[guess.mark..];
        let head = &bytes[..bytes.len().min(HEAD)];
        let whole = complete && head.len() == bytes.len();
        let text = text_of(guess.encoding, head, whole);
        for delimiter in delimiters(&text, options) {
            let padded = Grammar::proves_blanks(text.as_bytes(), delimiter, whole);
            let grammar = Grammar { delimiter, padded };
            let rows = first_rows(&text, grammar);
            if first_row.is_empty() || first_row.len() < rows.first().map_or(0, Vec::len) {
                first_row = rows.first().cloned().unwrap_or_default();
            }
            if let Some(attempt) = Attempt::best_unseen(&rows, &options.table, &mut seen) {
                let is_cut = !whole && rows.len() < ROWS && !text.ends_with(['\n', '\r']);
                let cut = is_cut.then_some(rows.len() - 1);
                keep_best(&mut equal, Way { guess, grammar, attempt, cut });
            }
        }
    }
    if let Some(way) = equal.first() {
        way.attempt.fits()?;
    }
    equal.retain(|way| way.attempt.is_enough(&options.table));
    let Some((at, because)) = settle(&equal, window) else { return Err(advice(&first_row)) };
    let Way { guess: Guess { encoding, mark, .. }, grammar, attempt, cut } = equal.swap_remove(at);
    if cut.is_some() && cut == attempt.header_row() {
        return Err(format!("the header row is longer than {} KiB, the most that is read: {WAY_OUT}", HEAD / 1024));
    }
    let ascii = encoding == UTF_8 && window.is_ascii();
    Ok(Decision { encoding, because, mark, ascii, grammar, head: attempt.decide()? })
}

/// Keeps a way if none is better, and forgets those that are worse.
fn keep_best(ways: &mut Vec<Way>, way: Way) {
    match ways.first().map_or(Ordering::Greater, |best| way.attempt.cmp(&best.attempt)) {
        Ordering::Less => {}
        // A delimiter that shows no more than one before it is none.
        Ordering::Equal if ways.iter().any(|kept| kept.guess.encoding == way.guess.encoding) => {}
        Ordering::Equal => ways.push(way),
        Ordering::Greater => *ways = vec![way],
    }
}

/// The encodings that the bytes admit: a mark, NULs or strict UTF-8 are certain, else each code page that has a
/// meaning for every byte.
fn guesses(window: &[u8], complete: bool, options: &Options) -> Vec<Guess> {
    let marked = charset::by_mark(window);
    if let Some(encoding) = options.encoding {
        let mark = marked.filter(|(of, _)| *of == encoding).map_or(0, |(_, mark)| mark);
        return vec![Guess { encoding, because: "as you said", mark }];
    }
    if let Some((encoding, mark)) = marked {
        return vec![Guess { encoding, because: "it has a byte order mark", mark }];
    }
    if let Some(encoding) = charset::by_nuls(window) {
        return vec![Guess { encoding, because: "every other byte is zero", mark: 0 }];
    }
    if charset::is_utf8(window, complete) {
        let because = if window.is_ascii() { "it begins with plain ASCII" } else { "all of it is valid UTF-8" };
        return vec![Guess { encoding: UTF_8, because, mark: 0 }];
    }
    if charset::is_damaged_utf8(window) {
        let because = "most of it is valid UTF-8, though not all";
        return vec![Guess { encoding: UTF_8, because, mark: 0 }];
    }
    if charset::is_partly_utf8(window) {
        return vec![Guess { encoding: UTF_8, because: "some of its cells are UTF-8, though not all", mark: 0 }];
    }
    let letters = letters(window);
    let fits = |page: &&&'static Encoding| decode(page, window, &letters, complete).is_some();
    let page = |encoding: &&'static Encoding| Guess { encoding, because: "its headers are known in it", mark: 0 };
    PAGES.iter().filter(fits).map(page).collect()
}

/// Each byte that stands in the window, once.
fn letters(window: &[u8]) -> Vec<u8> {
    let mut there = [false; 256];
    window.iter().for_each(|byte| there[usize::from(*byte)] = true);
    (0..=u8::MAX).filter(|byte| there[usize::from(*byte)]).collect()
}

/// What an encoding makes of the window, if all of it means something; of its letters alone, where each is a byte.
fn decode(encoding: &'static Encoding, window: &[u8], letters: &[u8], complete: bool) -> Option<String> {
    charset::decode(encoding, if encoding.is_single_byte() { letters } else { window }, complete)
}

/// The text of the head; what means nothing is shown as such.
fn text_of<'t>(encoding: &'static Encoding, head: &'t [u8], complete: bool) -> Cow<'t, str> {
    if encoding == UTF_8 {
        return String::from_utf8_lossy(head);
    }
    match charset::decode(encoding, head, complete) {
        Some(text) => Cow::Owned(text),
        None => Cow::Owned(encoding.decode_without_bom_handling(head).0.into_owned()),
    }
}

/// The delimiters to try: the user's, the one of Excel's `sep=` line, else all.
fn delimiters(text: &str, options: &Options) -> Vec<u8> {
    let line = text.lines().next().unwrap_or_default().trim_matches('"').trim_end_matches(['\r', '\n']);
    let said = line.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| line.as_bytes().get(4));
    match options.delimiter.or(said.copied().filter(u8::is_ascii)) {
        Some(delimiter) => vec![delimiter],
        None => DELIMITERS.to_vec(),
    }
}

/// The first rows as this grammar cuts them.
fn first_rows(text: &str, grammar: Grammar) -> Vec<Vec<String>> {
    let mut frames = Frames::new(text.as_bytes(), grammar, UTF_8, (1, 0));
    let mut rows = Vec::new();
    while rows.len() < ROWS {
        match frames.next(0) {
            Ok(Frame::Row | Frame::OpenQuote { .. }) => rows.push(cells(frames.text(), grammar)),
            Ok(Frame::TooLong) => rows.push(Vec::new()),
            Ok(Frame::End) | Err(_) => break,
        }
    }
    rows
}

/// The cells of a row as texts, not more than a table may have columns.
fn cells(row: &[u8], grammar: Grammar) -> Vec<String> {
    let (row, mut cells) = (String::from_utf8_lossy(row), Cells::default());
    let row = cells.split(&row, grammar, MAX_COLUMNS);
    (0..row.len()).map(|at| row.verbatim(at).to_owned()).collect()
}

/// Which of the equal ways it is, and why. The header decides between code pages only as far as it uses them; between
/// those in which it reads the same, the program or the statistics of the text do.
fn settle(equal: &[Way], window: &[u8]) -> Option<(usize, &'static str)> {
    let first = equal.first()?;
    // Most letters of a German text, for one, are the same in half of the pages.
    let letters = letters(window);
    let says_other = |way: &Way| {
        let (one, other) = (first.guess.encoding, way.guess.encoding);
        let letters = if one.is_single_byte() && other.is_single_byte() { &letters } else { window };
        charset::decode(one, letters, false) != charset::decode(other, letters, false)
    };
    if !equal.iter().skip(1).any(says_other) {
        return Some((0, first.guess.because));
    }
    let find = |encoding| equal.iter().position(|way| way.guess.encoding == encoding);
    if let Some(at) = first.attempt.encoding().and_then(charset::by_label).and_then(find) {
        return Some((at, "the program writes it; --encoding decides otherwise"));
    }
    let because = if first.attempt.headers().iter().all(|header| header.is_ascii()) {
        "its letters look like it; --encoding decides otherwise"
    } else {
        "its headers are known in it, and its letters look like it; --encoding decides otherwise"
    };
    Some((find(charset::guess(window)).unwrap_or(0), because))
}
