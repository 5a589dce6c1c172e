//! Birthday, anniversary, and dates with labels.

use std::borrow::Cow;

use crate::formats::table::THIS_YEAR;
use crate::formats::table::column::{Part, Slot};
use crate::formats::table::date::{self, Cell};
use crate::formats::table::slot::row::clean;
use crate::formats::table::slot::sheet::{Remarks, Value};
use crate::formats::table::slot::way::{Dates, NO_YEAR, Way};
use crate::formats::table::slot::{Build, Plan, Row, Sheet, Source};
use crate::model::{Contact, Date, Event, Field, PartialDate, Rest, Why};

/// What Google calls an anniversary.
const ANNIVERSARY: &str = "Anniversary";

pub(super) fn read(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans.iter().filter(|plan| !row.lacks(plan)) {
        let Slot::Date(field) = plan.slot else { continue };
        let date = match plan.at(Part::Value) {
            Some(at) => into.date(field, row.cell(at), source),
            None => read_parts(plan, row, source, into),
        };
        let place = place(field, &mut into.contact);
        if place.is_none() {
            *place = date;
        } else if date.is_some() && *place != date {
            plan.parts.iter().for_each(|(_, at)| into.second(field, row.cell(*at), &source.headers[*at]));
        }
    }
}

fn place(field: Field, contact: &mut Contact) -> &mut Option<Date> {
    if field == Field::Anniversary { &mut contact.anniversary } else { &mut contact.birthday }
}

/// Year, month and day in cells of their own. In some languages of Outlook the header of the day is that of the whole
/// date, so that the day's cell may hold one.
fn read_parts(plan: &Plan, row: Row<'_>, source: &Source, into: &mut Build) -> Option<Date> {
    let cell = |part| plan.at(part).map_or("", |at| row.cell(at));
    let [year, month, day] = [Part::Year, Part::Month, Part::Day].map(cell);
    let number = |text: &str| text.parse::<u16>().ok().filter(|number| *number > 0);
    let small = |text: &str| number(text).and_then(|number| u8::try_from(number).ok());
    let date = PartialDate { year: number(year).filter(|year| *year != NO_YEAR), month: small(month), day: small(day) };
    let understood = [(year, date.year.is_some()), (month, date.month.is_some()), (day, date.day.is_some())]
        .iter()
        .all(|(text, understood)| *understood || text.bytes().all(|byte| byte == b'0') || *text == "1604");
    match date.checked() {
        Some(date) if understood => Some(Date::Known(date)),
        _ if year.is_empty() && month.is_empty() => into.date(Field::Birthday, day, source),
        _ => into.date(Field::Birthday, format!("{year}-{month}-{day}").as_str(), source),
    }
}

pub(super) fn read_events(plans: &[Plan], row: Row<'_>, source: &Source, into: &mut Build) {
    for plan in plans {
        let Some(at) = plan.at(Part::Value) else { continue };
        let label = plan.at(Part::Label).map_or("", |at| row.cell(at));
        let label = label.strip_prefix('*').map_or(label, str::trim);
        for text in source.values(row.verbatim(at)).filter(|text| !text.is_empty()) {
            let is_anniversary = label.eq_ignore_ascii_case(ANNIVERSARY) && into.contact.anniversary.is_none();
            let field = if is_anniversary { Field::Anniversary } else { Field::Events };
            let Some(date) = into.date(field, text, source) else { continue };
            if is_anniversary {
                into.contact.anniversary = Some(date);
            } else {
                let label = clean(label).into_owned();
                into.contact.events.push(Event { date, label, rest: Rest::default() });
            }
        }
    }
}

/// A date as the target writes it. Who reads it without a program may have it in the source's words.
fn written(date: &Date, way: Way) -> Option<Cow<'_, str>> {
    match date {
        Date::Known(date) => way.dates.day(*date).map(Cow::Owned),
        Date::Text(text) if way.whole && date::read(text, "en", THIS_YEAR) == Cell::Unknown => {
            Some(Cow::Borrowed(text))
        }
        Date::Text(_) => None,
    }
}

/// What a report calls a date.
fn shown(date: &Date) -> Cow<'_, str> {
    match date {
        Date::Text(text) => Cow::Borrowed(text),
        Date::Known(date) => {
            let part = |part: Option<u16>| part.map_or_else(|| "?".to_owned(), |part| part.to_string());
            let (month, day) = (date.month.map(u16::from), date.day.map(u16::from));
            Cow::Owned(format!("{}-{}-{}", part(date.year), part(month), part(day)))
        }
    }
}

pub(super) fn write(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    for (field, date) in [(Field::Birthday, &contact.birthday), (Field::Anniversary, &contact.anniversary)] {
        let Some(date) = date else { continue };
        match (plans.iter().find(|plan| plan.slot == Slot::Date(field)), written(date, sheet.way)) {
            (None, _) if field == Field::Anniversary && sheet.way.labelled => sheet.homeless.push(field),
            (Some(plan), _) if sheet.way.dates == Dates::Parts => write_parts(plan, field, date, sheet),
            (Some(plan), Some(text)) => {
                sheet.put(plan, Part::Value, &text);
            }
            _ => sheet.lose(field, &shown(date), Why::NoPlace),
        }
    }
}

/// Year, month and day, each in its column: as many as are known.
fn write_parts(plan: &Plan, field: Field, date: &Date, sheet: &mut Sheet) {
    let Some(known) = date.known() else { return sheet.lose(field, &shown(date), Why::NoPlace) };
    let parts =
        [(Part::Year, known.year), (Part::Month, known.month.map(u16::from)), (Part::Day, known.day.map(u16::from))];
    for (part, number) in parts {
        if let Some(number) = number {
            sheet.put(plan, part, &number.to_string());
        }
    }
}

/// Dates with labels; where they can be written, an anniversary is one of them.
pub(super) fn write_events(plans: &[Plan], contact: &Contact, sheet: &mut Sheet) {
    let homeless = sheet.finds_home(Field::Anniversary);
    let mut values = Vec::new();
    let anniversary = contact.anniversary.iter().filter(|_| homeless).map(|date| (ANNIVERSARY, date, None));
    let events = contact.events.iter().map(|event| (event.label.as_str(), &event.date, Some(&event.rest)));
    for (label, date, rest) in anniversary.chain(events) {
        let field = if rest.is_none() { Field::Anniversary } else { Field::Events };
        match written(date, sheet.way).filter(|_| !plans.is_empty()) {
            Some(text) => {
                let text = Cow::Owned(text.trim().to_owned());
                values.push(Value { field, label: Cow::Borrowed(label), parts: [(Part::Value, text)] });
                sheet.lose_remarks(field, &shown(date), Remarks::default(), rest.unwrap_or(&Rest::default()));
            }
            None => sheet.lose(field, &shown(date), Why::NoPlace),
        }
    }
    sheet.groups(plans, values);
}
