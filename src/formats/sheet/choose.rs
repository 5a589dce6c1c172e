//! Which sheet of a workbook has the contacts.

use std::fmt;
use std::str::FromStr;

use crate::formats::Remark;
use crate::formats::sheet::cells::Cells;
use crate::formats::sheet::store::Sheet;
use crate::formats::table::{self, Attempt, Head, ROWS, advice};

/// How many rows may stand before the header row, blank ones counted.
const BLANK: usize = 100;

/// Sheets left out that are told one by one.
const TOLD: usize = 5;

/// The sheet that the user means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// By its name.
    Name(String),
    /// By its place, from 1; a sheet that is called so goes before.
    Number(usize),
}

impl FromStr for Choice {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(text.parse().map_or_else(|_| Choice::Name(text.to_owned()), Choice::Number))
    }
}

impl Choice {
    /// The place of the sheet among all, from 0.
    fn find(&self, sheets: &[Sheet]) -> Option<usize> {
        let named = |name: &str| {
            let exact = sheets.iter().position(|sheet| sheet.name == name);
            exact.or_else(|| sheets.iter().position(|sheet| sheet.name.to_lowercase() == name.to_lowercase()))
        };
        match self {
            Choice::Name(name) => named(name),
            Choice::Number(number) => {
                named(&number.to_string()).or(number.checked_sub(1).filter(|at| *at < sheets.len()))
            }
        }
    }
}

/// The sheet that was decided on.
#[derive(Debug)]
pub(super) struct Chosen {
    /// Its place among all.
    pub(super) at: usize,
    pub(super) head: Head,
    /// The number of the last row that is none of the table's: the header's, or 0.
    pub(super) before: u32,
}

/// Decides; `Err` says why none fits and what to do.
pub(super) fn choose(sheets: &[Sheet], choice: Option<&Choice>, options: &table::Options) -> Result<Chosen, String> {
    let candidates: Vec<usize> = match choice {
        Some(choice) => vec![choice.find(sheets).ok_or_else(|| no_such_sheet(sheets))?],
        None => (0..sheets.len()).collect(),
    };
    let mut best: Option<(usize, Attempt)> = None;
    // Hidden sheets are often lists of choices, or older states: they are looked at when no other fits.
    for hidden in [false, true] {
        for at in candidates.iter().copied().filter(|at| sheets[*at].hidden == hidden) {
            let (rows, _) = first_rows(&sheets[at]);
            let attempt = Attempt::best(&rows, options).filter(|attempt| attempt.is_enough(options));
            if let Some(attempt) = attempt
                && best.as_ref().is_none_or(|(_, best)| attempt.cmp(best).is_gt())
            {
                best = Some((at, attempt));
            }
        }
        if best.is_some() {
            break;
        }
    }
    let Some((at, attempt)) = best else { return Err(none_fits(sheets, &candidates)) };
    if choice.is_none()
        && let Some(why) = unsure(sheets, at)
    {
        return Err(why);
    }
    let mut head = attempt.decide()?;
    // The row's number in its sheet, blank rows counted.
    head.row += first_rows(&sheets[at]).1;
    let before = u32::try_from(head.rows_before()).unwrap_or(u32::MAX);
    Ok(Chosen { at, head, before })
}

/// The first rows of a sheet, blank ones too, and how many stand before them: all that do when these are many.
fn first_rows(sheet: &Sheet) -> (Vec<Vec<String>>, usize) {
    let number = |cells: &Cells| cells.number.saturating_sub(1) as usize;
    let first = sheet.first.first().map_or(0, number);
    let skipped = if first < BLANK { 0 } else { first };
    let mut rows = Vec::new();
    for cells in sheet.first.iter().filter(|cells| (skipped..skipped + BLANK).contains(&number(cells))) {
        // Rows that come twice or go back are no rows that a program writes.
        rows.resize((number(cells) - skipped).max(rows.len()), Vec::new());
        rows.push(texts(cells));
    }
    (rows, skipped)
}

fn texts(cells: &Cells) -> Vec<String> {
    cells.texts().map(str::to_owned).collect()
}

fn names(sheets: &[Sheet]) -> String {
    sheets.iter().map(|sheet| format!("“{}”", sheet.name)).collect::<Vec<_>>().join(", ")
}

fn no_such_sheet(sheets: &[Sheet]) -> String {
    format!("there is no such sheet; its sheets are {}", names(sheets))
}

/// Why the best sheet may not be the one that is meant: another one is damaged where its header row may stand.
fn unsure(sheets: &[Sheet], best: usize) -> Option<String> {
    let is_unknown = |sheet: &Sheet| sheet.damage.is_some() && sheet.first.len() < ROWS;
    let others = sheets.iter().enumerate().filter(|(at, _)| *at != best);
    let mut others = others.filter(|(_, sheet)| is_unknown(sheet) && (!sheet.hidden || sheets[best].hidden));
    let (_, Sheet { name, damage, rows, .. }) = others.next()?;
    let (damage, best) = (damage.as_deref().unwrap_or_default(), &sheets[best].name);
    let itself = if *rows > 0 { format!("; --sheet '{name}' reads it up to there") } else { String::new() };
    Some(format!("its sheet “{name}” {damage}{itself}; --sheet '{best}' reads the sheet “{best}” without it"))
}

fn none_fits(sheets: &[Sheet], candidates: &[usize]) -> String {
    let damaged = candidates.iter().find_map(|at| Some((&sheets[*at].name, sheets[*at].damage.as_ref()?)));
    if let Some((name, damage)) = damaged {
        return format!("its sheet “{name}” {damage}");
    }
    let filled: Vec<&Sheet> = candidates.iter().map(|at| &sheets[*at]).filter(|sheet| sheet.rows > 0).collect();
    match filled.as_slice() {
        [] => "there is nothing in its sheets; look whether it is the right file".to_owned(),
        [sheet] => format!("sheet “{}”: {}", sheet.name, advice(&sheet.first.first().map(texts).unwrap_or_default())),
        [first, ..] => format!(
            "none of its sheets {} fits: {}",
            names(sheets),
            advice(&first.first.first().map(texts).unwrap_or_default())
        ),
    }
}

impl Chosen {
    /// Why it is this sheet.
    pub(super) fn why(sheets: &[Sheet], choice: Option<&Choice>) -> &'static str {
        match choice {
            Some(_) => "as you said",
            None if sheets.len() == 1 => "its only one",
            None => "whose headers fit best; --sheet names another",
        }
    }

    /// The decision in plain words, and what was left out.
    pub(super) fn remarks(&self, sheets: &[Sheet], choice: Option<&Choice>) -> Vec<Remark> {
        let sheet = &sheets[self.at];
        let others: Vec<&Sheet> =
            sheets.iter().enumerate().filter(|(at, _)| *at != self.at).map(|(_, of)| of).collect();
        let why = Chosen::why(sheets, choice);
        let mut remarks = vec![Remark::decided(format!("sheet “{}”", sheet.name), why)];
        if sheet.hidden {
            remarks.push(Remark::Notable(format!(
                "sheet “{}” is hidden; no other has a header row that is known",
                sheet.name
            )));
        }
        if sheet.hidden_rows > 0 {
            let what = match sheet.hidden_rows {
                1 => "1 row is hidden in the sheet, by a filter perhaps: it is read as the others are".to_owned(),
                rows => {
                    format!("{rows} rows are hidden in the sheet, by a filter perhaps: they are read as the others are")
                }
            };
            remarks.push(Remark::Notable(what));
        }
        if sheet.too_wide {
            let most = table::MAX_COLUMNS;
            remarks
                .push(Remark::Notable(format!("what stands beyond column {most} is left out; each row tells its own")));
        }
        remarks.extend(left_out(&others));
        remarks
    }
}

/// The other sheets that have something in them.
fn left_out(others: &[&Sheet]) -> Option<Remark> {
    let filled: Vec<_> = others.iter().filter(|sheet| sheet.rows > 0 || sheet.damage.is_some()).collect();
    let told = filled.iter().take(TOLD).map(|sheet| {
        let (rows, hidden) = (sheet.rows, if sheet.hidden { ", hidden" } else { "" });
        let damaged = if sheet.damage.is_some() { ", damaged" } else { "" };
        format!("“{}” ({rows} row{}{hidden}{damaged})", sheet.name, if rows == 1 { "" } else { "s" })
    });
    let mut told: Vec<String> = told.collect();
    if filled.len() > TOLD {
        told.push(format!("and {} more", filled.len() - TOLD));
    }
    (!told.is_empty()).then(|| Remark::Notable(format!("other sheets were left out: {}", told.join(", "))))
}

impl fmt::Display for Choice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Choice::Name(name) => out.write_str(name),
            Choice::Number(number) => write!(out, "{number}"),
        }
    }
}
