//! What a look at a file shows, as a page of 80 columns.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cli::print;
use crate::formats::Remark;
use crate::formats::table::{Beside, Findings, Found};
use crate::formats::vcard::Tally;
use crate::pipeline::counted;
use crate::pipeline::inspect::{Counts, Inspected, Target};

/// The width of a page.
const WIDTH: usize = 80;

/// Where what is said of a file begins.
const INDENT: usize = 13;

/// The widths of a column's header and of where it goes, and of its number and count.
const HEADER: usize = 21;
const PLACE: usize = 22;
const NUMBER: usize = 4;
const COUNT: usize = 6;

/// Where a column goes that has no place of its own.
const KEPT: &str = "kept as it is";

/// The page; `whole` leaves out and cuts nothing.
pub(super) fn text(inspected: &Inspected, target: Target, whole: bool) -> String {
    let mut page = Page { text: format!("{}\n", print::clean(&inspected.source)), whole };
    page.what(inspected);
    inspected.table.iter().for_each(|table| page.table(table));
    inspected.cards.iter().for_each(|cards| page.cards(cards, inspected));
    for remark in &inspected.remarks {
        if let Remark::Notable(text) = remark {
            page.say("note", text);
        }
    }
    for (line, why) in &inspected.rejects {
        page.say("rejected", &format!("line {line}: {why}"));
    }
    let more = inspected.rejected - inspected.rejects.len() as u64;
    if more > 0 {
        page.say("", &format!("and {more} more"));
    }
    page.losses("unclear", &inspected.not_understood);
    if inspected.contacts > 0 {
        page.target(inspected, target);
    }
    inspected.table.iter().for_each(|table| page.columns(table));
    page.text.truncate(page.text.trim_end().len());
    page.text
}

struct Page {
    text: String,
    whole: bool,
}

impl Page {
    /// A line of what is said, under its word; long texts go on below.
    fn say(&mut self, word: &str, text: &str) {
        let mut word = word;
        for line in wrapped(&visible(text), WIDTH - INDENT) {
            let gap = INDENT - 2 - word.len();
            let _ = writeln!(self.text, "  {word}{:gap$}{line}", "");
            word = "";
        }
    }

    /// What it is, and what comes of it.
    fn what(&mut self, inspected: &Inspected) {
        let what = inspected.format.map_or("nothing that is read", |format| format.title());
        let mut text = format!("{what}: {}", counted(inspected.contacts, "contact"));
        if inspected.groups > 0 {
            let _ = write!(text, ", {}", counted(inspected.groups, "group"));
        }
        let _ = write!(text, ", {} rejected", counted(inspected.rejected, "record"));
        self.say("is", &text);
        let [pictures, links, files] = inspected.photos;
        if pictures + links + files > 0 {
            let mut text = format!("{}, {}", counted(pictures, "picture"), counted(links, "link"));
            if files > 0 {
                let _ = write!(text, ", {}", counted(files, "file name"));
            }
            self.say("photos", &text);
        }
    }

    fn table(&mut self, table: &Findings) {
        if let Some((name, why)) = &table.sheet {
            self.say("sheet", &format!("“{name}”, {why}"));
        }
        if let Some((name, why)) = &table.encoding {
            self.say("encoding", &format!("{name}, because {why}"));
        }
        if let Some((letter, name)) = &table.delimiter {
            self.say("delimiter", &format!("{name} “{letter}”"));
        }
        let columns = counted(table.columns.len() as u64, "column");
        match table.header_row {
            Some(row) => self.say("header", &format!("row {row}, {columns}; {} below it", counted(table.rows, "row"))),
            None => self.say("header", &format!("none, {columns}, {}", counted(table.rows, "row"))),
        }
        if let Some(fit) = &table.dialect {
            let of = table.columns.len();
            self.say("headers of", &format!("{} ({}): {} of {of} known", fit.title, fit.name, fit.known));
            let others = table.runners_up.iter().map(|fit| format!("{} {}", fit.name, fit.known));
            let others = others.collect::<Vec<_>>().join(", ");
            if !others.is_empty() {
                self.say("", &format!("less well: {others}"));
            }
        }
        table.mapped.iter().for_each(|words| self.say("headers", words));
        self.dates(table);
        table.notes.iter().for_each(|note| self.say("note", note));
    }

    fn dates(&mut self, table: &Findings) {
        let dates = &table.dates;
        if dates.words.is_empty() {
            return;
        }
        self.say("dates", dates.words.strip_prefix("dates as ").unwrap_or(&dates.words));
        let names = ["day, month, year", "month, day, year", "year, month, day", "neither"];
        let examples = dates.examples.iter().zip(names);
        let examples = examples.filter_map(|(date, name)| Some(format!("{} proves {name}", date.as_ref()?)));
        self.say("", &examples.collect::<Vec<_>>().join("; "));
    }

    fn cards(&mut self, cards: &Tally, inspected: &Inspected) {
        let listed = |counts: &BTreeMap<String, u64>, none: &str| {
            let mut counts: Vec<_> = counts.iter().collect();
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
            let name = |name: &String| if name.is_empty() { none.to_owned() } else { name.clone() };
            counts.into_iter().map(|(of, count)| format!("{} {count}", name(of))).collect::<Vec<_>>().join(", ")
        };
        self.say("versions", &listed(&cards.versions, "none"));
        if !cards.producers.is_empty() {
            self.say("made by", &listed(&cards.producers, "nobody"));
        }
        let charsets = listed(&cards.charsets, "not UTF-8, and not said");
        self.say("text", if charsets.is_empty() { "UTF-8" } else { &charsets });
        self.say("properties", &listed(&cards.properties, "without a name"));
        let fields = inspected.fields.iter().map(|(field, count)| (field.name().to_owned(), *count)).collect();
        self.say("contacts", &format!("with {}", listed(&fields, "")));
    }

    /// What the target would lose.
    fn target(&mut self, inspected: &Inspected, target: Target) {
        if inspected.lost.is_empty() {
            self.say("loses", &format!("nothing as {} (--target)", target.name()));
        } else {
            let count: u64 = inspected.lost.values().map(|(count, _)| count).sum();
            self.say("loses", &format!("{} as {} (--target)", counted(count, "value"), target.name()));
            self.losses("", &inspected.lost);
        }
        if inspected.hidden > 0 {
            let values = counted(inspected.hidden, "more value");
            self.say("", &format!("{values} would be kept for the way back, but not shown"));
        }
    }

    fn losses(&mut self, word: &str, losses: &Counts) {
        let mut word = word;
        for ((field, why), (count, line)) in losses {
            self.say(word, &format!("{count} × {}: {why} (line {line})", field.name()));
            word = "";
        }
    }

    /// Each column: where it goes, how full it is, and what stands in it.
    fn columns(&mut self, table: &Findings) {
        let is_shown = |found: &&Found| self.whole || found.filled > 0 || found.to.is_empty() && !found.is_bare();
        let (shown, empty): (Vec<_>, Vec<_>) = table.columns.iter().partition(is_shown);
        let heading = [("column", HEADER), ("goes to", PLACE)].map(|(text, width)| cell(text, width));
        let _ = writeln!(self.text, "{:>NUMBER$} {} {} {:>COUNT$} values", "", heading[0], heading[1], "filled");
        for found in shown {
            let place = if found.to.is_empty() { format!("- {KEPT}") } else { found.to.join(" + ") };
            let samples = found.samples.iter().map(|sample| visible(sample)).collect::<Vec<_>>().join(" | ");
            let room = WIDTH - NUMBER - HEADER - PLACE - COUNT - 4;
            let samples = if self.whole { samples } else { cut(&samples, room) };
            let (header, place) = (self.wide(&visible(&found.header), HEADER), self.wide(&place, PLACE));
            let line = format!("{:>NUMBER$} {header} {place} {:>COUNT$} {samples}", found.number, found.filled);
            let _ = writeln!(self.text, "{}", line.trim_end());
            if let Some((near, place)) = &found.near {
                let gap = NUMBER + HEADER + 2;
                let _ = writeln!(self.text, "{:gap$}perhaps {place}, as “{}”?", "", visible(near));
            }
            if let Some(Beside { after, to }) = &found.second {
                let (gap, to) = (NUMBER + HEADER + 2, if to == "keep" { KEPT } else { to });
                let _ = writeln!(self.text, "{:gap$}where column {after} is filled: {to}", "");
            }
        }
        match empty.len() as u64 {
            0 => {}
            1 => self.text.push_str("  1 more column is known and empty; -v shows it\n"),
            many => {
                let _ = writeln!(self.text, "  {many} more columns are known and empty; -v shows them");
            }
        }
    }

    /// A cell; a whole page cuts none.
    fn wide(&self, text: &str, width: usize) -> String {
        if self.whole && text.width() > width { text.to_owned() } else { cell(text, width) }
    }
}

impl Found {
    /// Without a header and without anything below it.
    fn is_bare(&self) -> bool {
        self.filled == 0 && self.header == format!("column {}", self.number)
    }
}

/// A text whose control characters can be seen, and that cannot move the cursor.
fn visible(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        letter => letter,
    };
    print::clean(&text.chars().map(shown).collect::<String>())
}

/// A text cut and filled up to a width on the terminal.
fn cell(text: &str, width: usize) -> String {
    let text = cut(text, width);
    let gap = width - text.width();
    format!("{text}{:gap$}", "")
}

/// A text cut to a width on the terminal.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let (mut shown, mut taken) = (String::new(), 0);
    for letter in text.chars() {
        taken += letter.width().unwrap_or_default();
        if taken >= width {
            break;
        }
        shown.push(letter);
    }
    shown.push('…');
    shown
}

/// A text in lines of a width, parted at blanks; what has none stays long.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut();
        match line {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_take_two_places() {
        assert_eq!(cell("Ada", 5), "Ada  ");
        assert_eq!(cell("山田太郎", 9), "山田太郎 ");
        assert_eq!(cell("山田太郎", 8), "山田太郎");
        assert_eq!(cell("山田太郎", 7), "山田太…");
        assert_eq!(cell("山田太郎", 6), "山田… ");
        assert_eq!(cell("e\u{301}e\u{301}", 3), "e\u{301}e\u{301} ");
    }

    #[test]
    fn a_page_is_never_wider_than_a_terminal() {
        let column = |number: usize, header: &str, sample: &str| Found {
            number,
            header: header.to_owned(),
            to: vec!["address.business.postal_code".to_owned()],
            filled: 123_456,
            samples: vec![sample.to_owned(), "x".repeat(60)],
            near: None,
            second: None,
        };
        let columns =
            vec![column(1, "勤務先の住所の郵便番号です", "東京都千代田区丸の内一丁目"), column(92, "Ü", "a\nb")];
        let note = "多".repeat(10) + " and many words that go on and on ".repeat(9).as_str();
        let mut table = Findings::default();
        (table.columns, table.notes) = (columns, vec![note]);
        let inspected = Inspected { source: "表.csv".to_owned(), table: Some(table), ..Inspected::default() };
        let page = text(&inspected, Target::Exchange, false);
        assert!(page.lines().all(|line| line.width() <= WIDTH), "{page}");
        let places: Vec<_> = page.lines().filter_map(|line| Some(line[..line.find("address.")?].width())).collect();
        assert_eq!(places, [NUMBER + HEADER + 2; 2], "{page}");
        let whole = text(&inspected, Target::Exchange, true);
        assert!(whole.contains("address.business.postal_code") && whole.contains(&"x".repeat(60)), "{whole}");
    }

    #[test]
    fn control_characters_are_seen() {
        assert_eq!(visible("a\r\nb\tc\u{1b}[2J\u{7f}"), "a␍␊b␉c␛[2J␡");
        assert_eq!(visible("a\u{202e}b\u{85}"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn long_texts_go_on_below() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("averyverylongword x", 7), ["averyverylongword", "x"]);
    }
}
