//! What the beginning of a table shows beyond its header: the votes on the date order, how full the unknown columns are;
//! and the whole decision in plain words.

use encoding_rs::UTF_8;

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
pub(super) fn remarks(decision: &Decision, survey: &Survey, order: Order) -> Vec<String> {
    let known = decision.columns.iter().flatten().count();
    let mut remarks = vec![
        format!("text: {}, because {}", decision.encoding.name(), decision.because),
        format!("cells: separated by {}", delimiter_name(decision.delimiter)),
        format!(
            "headers: {} in {}, {known} of {} headers known, in row {}",
            decision.table.dialect.title(),
            language_name(decision.table.language),
            decision.columns.len(),
            decision.header_row + 1,
        ),
    ];
    if known * 2 < decision.columns.len() {
        remarks.push("headers: fewer than half are known; look at the result before you use it".to_owned());
    }
    if let Some((table, headers)) = &decision.rival {
        remarks.push(format!(
            "headers: {} fits as well but reads {} otherwise; --csv-dialect decides",
            table.name(),
            quoted(headers.iter().map(String::as_str))
        ));
    }
    remarks.extend(date_remark(survey, order));
    if survey.short_years {
        remarks.push("dates: a year of two digits is the latest one that is not in the future".to_owned());
    }
    let unmapped =
        survey.unmapped.iter().filter(|(at, filled)| *filled > 0 || !decision.headers[*at].trim().is_empty());
    for (at, filled) in unmapped {
        let header = name(*at, &decision.headers[*at]);
        remarks.push(format!("no field for “{header}”: kept as it is (filled in {filled} of {} rows)", survey.rows));
    }
    remarks
}

fn date_remark(survey: &Survey, order: Order) -> Option<String> {
    let (seen, proofs) = (survey.votes.seen, survey.votes.proofs);
    if seen == 0 {
        return None;
    }
    Some(match order {
        Order::Given(order) => format!("dates: {}, as you said", order.words()),
        Order::Proved(order) => {
            format!("dates: {}, proved by {} of {seen} date cells", order.words(), proofs[order as usize])
        }
        Order::Assumed(order) => format!(
            "dates: {}, as the headers' language suggests; none of {seen} date cells proves it; --date-order decides",
            order.words()
        ),
        Order::Contrary => format!(
            "dates: {} cells prove day, month, year and {} month, day, year; those that prove neither are kept as text; \
             --date-order decides",
            proofs[0], proofs[1]
        ),
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
