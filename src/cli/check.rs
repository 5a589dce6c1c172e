//! `cardferry check`: findings on standard output, grouped by card; sums on standard error.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::cli::args::{Check, Common};
use crate::cli::exit::{Exit, Failure, Stays};
use crate::cli::print;
use crate::cli::signal::{self, OnSignal, Signals};
use crate::formats::Format;
use crate::formats::vcard;
use crate::formats::vcard::check::{Code, Finding, RULES, Rule, Severity};
use crate::pipeline::check::{Checked, Inspector, check};
use crate::pipeline::{Reading, Source, SourceError, Watcher, counted, sources_of};

/// Findings of one rule in one file that are shown; the rest is counted.
const SHOWN: u64 = 20;

pub(super) fn run(common: &Common, args: &Check) -> Result<Exit, Failure> {
    if args.rules {
        if !args.inputs.is_empty() {
            return Err(Failure::usage("--rules prints the rules and checks nothing; leave the files out"));
        }
        return rules(common).map(|()| Exit::Done).map_err(|error| Failure::output(print::STDOUT, &error));
    }
    let vcard = vcard::Options { max_card_size: args.max_card_size, ..vcard::Options::default() };
    let reading = Reading { vcard, ..Reading::default() };
    let interrupted = signal::interrupted(common, Signals::listen(), OnSignal::EndSoon(Stays::Output), Vec::new());
    let mut page = Page::new(common);
    let ended = page.begin().and_then(|()| {
        let checked = check(sources(common, &args.inputs), &reading, &interrupted, &mut page)?;
        page.end(&checked)?;
        Ok(checked)
    });
    let checked = ended.map_err(|error| Failure::output(print::STDOUT, &error))?;
    exit(common, &checked)
}

/// Inputs that fail go before findings; when nothing at all could be read, that has been told.
fn exit(common: &Common, checked: &Checked) -> Result<Exit, Failure> {
    match () {
        () if checked.failed_sources > 0 && checked.sources + checked.cards == 0 => Err(Failure::silent(Exit::Stopped)),
        () if checked.failed_sources > 0 => Ok(Exit::Incomplete),
        () if checked.has_faults() => Ok(Exit::Differences),
        () if common.fail_empty && checked.cards == 0 => Ok(Exit::Nothing),
        () => Ok(Exit::Done),
    }
}

/// The inputs; of directories and archives the tables are left out, since nobody named them.
fn sources(common: &Common, words: &[PathBuf]) -> Vec<Result<Source, SourceError>> {
    let mut sources = sources_of(words, &mut Notes(common));
    let named: HashSet<String> = words.iter().map(|word| word.display().to_string()).collect();
    let before = sources.len();
    let is_table = |source: &Source| Format::of_file_name(&source.name()).is_some_and(Format::is_table);
    sources.retain(|source| match source {
        Ok(source) => !is_table(source) || named.contains(&source.name()),
        Err(_) => true,
    });
    match (before - sources.len()) as u64 {
        0 => {}
        1 => print::note(common, "1 table was left out: check reads vCards"),
        many => print::note(common, &format!("{many} tables were left out: check reads vCards")),
    }
    sources
}

/// Prints what was left out of the inputs.
struct Notes<'a>(&'a Common);

impl Watcher for Notes<'_> {
    fn note(&mut self, what: &str) {
        print::note(self.0, what);
    }
}

/// The table of rules, for people or for programs.
fn rules(common: &Common) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout());
    if common.json {
        let rule = |rule: &Rule| {
            let versions: Vec<_> = rule.versions.iter().map(|version| version.number()).collect();
            json!({
                "code": rule.name, "severity": rule.severity.word(), "versions": versions, "section": rule.section,
                "what": rule.title, "fix": rule.fix,
            })
        };
        writeln!(out, "{}", RULES.iter().map(rule).collect::<Value>())?;
    } else {
        for Rule { name, severity, versions, section, title, fix, .. } in RULES {
            let versions: Vec<_> = versions.iter().map(|version| version.number()).collect();
            writeln!(out, "{severity} {name} ({}; {section}): {title}; {fix}", versions.join(", "))?;
        }
    }
    out.flush()
}

/// Standard output while the findings come.
struct Page<'a> {
    common: &'a Common,
    out: BufWriter<Stdout>,
    /// The card whose heading stands last: its file and its number.
    heading: (String, u64),
    /// Findings of each rule in the file.
    counts: HashMap<Code, u64>,
    /// Findings that were not shown, by their codes.
    hidden: BTreeMap<Code, u64>,
    /// Whether a finding stands in the JSON already.
    begun: bool,
}

impl<'a> Page<'a> {
    fn new(common: &'a Common) -> Self {
        let out = BufWriter::new(io::stdout());
        Self { common, out, heading: Default::default(), counts: HashMap::new(), hidden: BTreeMap::new(), begun: false }
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.common.json { write!(self.out, "{{\"findings\":[") } else { Ok(()) }
    }

    /// The sums: the end of the JSON object, and a line for people.
    fn end(&mut self, checked: &Checked) -> io::Result<()> {
        if self.common.json {
            let sums = as_json(checked).to_string();
            let end = if self.begun { "\n" } else { "" };
            writeln!(self.out, "{end}],{}", sums.strip_prefix('{').unwrap_or(&sums))?;
        }
        self.out.flush()?;
        if !self.common.quiet {
            as_lines(checked, &self.hidden).iter().for_each(|line| print::line(line));
        }
        Ok(())
    }

    /// One object in the list; the list goes out as it grows, so that it need not be held.
    fn object(&mut self, finding: &Finding) -> io::Result<()> {
        let Rule { name, severity, fix, .. } = finding.rule();
        let object = json!({
            "file": &*finding.position.source, "record": finding.position.record, "line": finding.line,
            "severity": severity.word(), "code": name, "what": finding.what(), "fix": fix,
        });
        let comma = if std::mem::replace(&mut self.begun, true) { "," } else { "" };
        write!(self.out, "{comma}\n{object}")
    }

    /// One line, under its card's heading.
    fn line(&mut self, finding: &Finding) -> io::Result<()> {
        let position = &finding.position;
        if self.heading != (position.source.to_string(), position.record) {
            self.heading = (position.source.to_string(), position.record);
            writeln!(self.out, "{}", print::clean(&position.to_string()))?;
        }
        let Rule { name, severity, fix, .. } = finding.rule();
        let text = format!("{}:{}: {severity} {name}: {}; {fix}", position.source, finding.line, finding.what());
        writeln!(self.out, "  {}", print::clean(&text))
    }

    /// Whether the rule has been broken in the file often enough to know.
    fn is_known(&mut self, finding: &Finding) -> bool {
        // The first finding of a file is always shown, and makes it the file of the heading.
        if self.heading.0 != *finding.position.source {
            self.counts.clear();
        }
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        *count > SHOWN && !self.common.verbose
    }
}

impl Inspector for Page<'_> {
    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        if self.common.json {
            return self.object(finding);
        }
        if self.common.quiet {
            return Ok(());
        }
        if self.is_known(finding) {
            *self.hidden.entry(finding.code).or_default() += 1;
            return Ok(());
        }
        self.line(finding)
    }

    fn source_failed(&mut self, why: &str) {
        print::line(&format!("error: {why}"));
    }
}

fn as_lines(checked: &Checked, hidden: &BTreeMap<Code, u64>) -> Vec<String> {
    let mut text = format!("checked {}", counted(checked.cards, "card"));
    let _ = write!(text, " in {}", counted(checked.sources, "input"));
    for (at, severity) in Severity::ALL.into_iter().enumerate() {
        let separator = if at == 0 { ": " } else { ", " };
        let _ = write!(text, "{separator}{}", counted(checked.of(severity), severity.word()));
    }
    let mut lines = vec![text];
    if !hidden.is_empty() {
        let codes: Vec<_> = hidden.iter().map(|(code, count)| format!("{count} × {}", code.rule().name)).collect();
        let count: u64 = hidden.values().sum();
        lines.push(format!("not shown: {count} that repeat earlier ones ({}); -v shows each", codes.join(", ")));
    }
    if checked.failed_sources > 0 {
        lines.push(format!("inputs that could not be read to their end: {}", checked.failed_sources));
    }
    lines
}

fn as_json(checked: &Checked) -> Value {
    let codes: serde_json::Map<_, _> =
        checked.codes.iter().map(|(code, count)| (code.to_string(), (*count).into())).collect();
    json!({
        "inputs": checked.sources, "cards": checked.cards, "errors": checked.of(Severity::Error),
        "warnings": checked.of(Severity::Warning), "notes": checked.of(Severity::Note),
        "failedInputs": checked.failed_sources, "codes": codes,
    })
}
