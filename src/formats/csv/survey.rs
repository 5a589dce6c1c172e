//! What the beginning of a table shows beyond its header: the votes on the date order, how full the unknown columns are;
//! and the whole decision in plain words.

use encoding_rs::UTF_8;

use crate::formats::Remark;
use crate::formats::csv::date::{self, Cell, Order, Votes};
use crate::formats::csv::frame::{Frame, Frames};
use crate::formats::csv::read::name;
use crate::formats::csv::slot::{Plans, Row};
use crate::formats::csv::sniff::{self, Decision};

/// What the rows within the look-ahead show.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) votes: Votes,
    short_years: bool,
    rows: usize,
    /// How many rows have something in each column that means nothing to us.
    unmapped: Vec<(usize, usize)>,
}

impl Survey {
    /// Looks through the window that was decided on.
    pub(super) fn of(decision: &Decision, window: &[u8], complete: bool) -> Survey {
        let text = sniff::text_of(decision.encoding, &window[decision.mark..], complete);
        let plans = Plans::new(decision.columns.iter().copied());
        let dates: Vec<usize> = plans.date_columns().collect();
        let unmapped = decision.columns.iter().enumerate().filter(|(_, column)| column.is_none());
        let mut survey = Survey { unmapped: unmapped.map(|(at, _)| (at, 0)).collect(), ..Survey::default() };
        let mut frames = Frames::new(text.as_bytes(), decision.delimiter, UTF_8, (1, 0));
        let mut skip = decision.header_row + 1;
        // A table that goes on beyond the window may be cut in its last row; counting it does no harm.
        while let Ok(frame) = frames.next(0) {
            match frame {
                Frame::End => break,
                _ if skip > 0 => skip -= 1,
                Frame::Row => survey.count(&frames, &dates),
                _ => {}
            }
        }
        survey
    }

    fn count(&mut self, frames: &Frames<&[u8]>, dates: &[usize]) {
        let (text, ends) = frames.cells();
        let row = Row::new(std::str::from_utf8(text).unwrap_or_default(), ends);
        if row.is_blank() {
            return;
        }
        self.rows += 1;
        for at in dates {
            let cell = row.cell(*at);
            self.votes.count(cell);
            if let Cell::Numbers(numbers) = date::read(cell) {
                self.short_years |= date::has_short_year(numbers);
            }
        }
        for (at, filled) in &mut self.unmapped {
            *filled += usize::from(!row.cell(*at).is_empty());
        }
    }
}

/// The decision in plain words.
pub(super) fn remarks(decision: &Decision, survey: &Survey, order: Order) -> Vec<Remark> {
    let (known, all) = (decision.columns.iter().flatten().count(), decision.columns.len());
    let (dialect, language) = (decision.table.dialect.title(), language_name(decision.table.language));
    let headers = format!("{dialect} in {language}, {known} of {all} headers known");
    let mut remarks = vec![
        Remark::decided(decision.encoding.name(), format!("because {}", decision.because)),
        Remark::decided(format!("separated by {}", delimiter_name(decision.delimiter)), ""),
        Remark::decided(headers, format!("in row {}", decision.header_row + 1)),
    ];
    if known * 2 < all {
        let what = "fewer than half of the headers are known; look at the result before you use it";
        remarks.push(Remark::Notable(what.to_owned()));
    }
    if let Some((table, headers)) = &decision.rival {
        let (table, headers) = (table.name(), quoted(headers.iter().map(String::as_str)));
        let what = format!("{table} fits as well but reads {headers} otherwise; --csv-dialect decides");
        remarks.push(Remark::Notable(what));
    }
    remarks.extend(date_remark(survey, order));
    if survey.short_years {
        remarks.push(Remark::decided("a year of two digits is the latest one that is not in the future", ""));
    }
    remarks.extend(survey.unmapped.iter().filter_map(|(at, filled)| unmapped_remark(decision, survey, *at, *filled)));
    remarks
}

/// A column that no field has: who left it empty need not hear of it.
fn unmapped_remark(decision: &Decision, survey: &Survey, at: usize, filled: usize) -> Option<Remark> {
    let header = name(at, &decision.headers[at]);
    let what = || format!("no field for “{header}”: kept as it is (filled in {filled} of {} rows)", survey.rows);
    match (filled, decision.headers[at].trim()) {
        (0, "") => None,
        (0, _) => Some(Remark::Minor(what())),
        _ => Some(Remark::Notable(what())),
    }
}

fn date_remark(survey: &Survey, order: Order) -> Option<Remark> {
    let (seen, proofs) = (survey.votes.seen, survey.votes.proofs);
    if seen == 0 {
        return None;
    }
    Some(match order {
        Order::Given(order) => Remark::decided(format!("dates as {}", order.words()), "as you said"),
        Order::Proved(order) => {
            let why = format!("proved by {} of {seen} date cells", proofs[order as usize]);
            Remark::decided(format!("dates as {}", order.words()), why)
        }
        Order::Assumed(order) => Remark::Notable(format!(
            "dates as {}, as the headers' language suggests; none of {seen} date cells proves it; --date-order decides",
            order.words()
        )),
        Order::Contrary => Remark::Notable(format!(
            "{} date cells prove day, month, year and {} month, day, year; those that prove neither are kept as text; \
             --date-order decides",
            proofs[0], proofs[1]
        )),
    })
}

fn quoted<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.map(|text| format!("“{text}”")).collect::<Vec<_>>().join(", ")
}

fn delimiter_name(delimiter: u8) -> String {
    match delimiter {
        b',' => "commas".to_owned(),
        b';' => "semicolons".to_owned(),
        b'\t' => "tabs".to_owned(),
        b'|' => "vertical bars".to_owned(),
        other => format!("“{}”", char::from(other)),
    }
}

fn language_name(language: &str) -> &str {
    match language {
        "en" => "English",
        "de" => "German",
        "fr" => "French",
        other => other,
    }
}
