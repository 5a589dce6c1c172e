//! What a look at a file shows, for programs.

use serde_json::{Value, json};

use crate::formats::table::{Dates, Findings, Fit, Found};
use crate::formats::vcard::Tally;
use crate::model::{Field, Why};
use crate::pipeline::inspect::{Counts, Inspected};

/// One file as an object; `target` is what the losses are of.
pub(super) fn object(inspected: &Inspected, target: &str) -> Value {
    let rejects = inspected.rejects.iter().map(|(line, why)| json!({ "line": line, "why": why }));
    let [pictures, links, files] = inspected.photos;
    let fields = inspected.fields.iter().map(|(field, count)| (field.name().to_owned(), json!(count)));
    json!({
        "file": inspected.source,
        "format": inspected.format.map(|format| format.name()),
        "contacts": inspected.contacts,
        "groups": inspected.groups,
        "rejected": inspected.rejected,
        "rejects": rejects.collect::<Value>(),
        "photos": { "pictures": pictures, "links": links, "fileNames": files },
        "fields": fields.collect::<Value>(),
        "table": inspected.table.as_ref().map(table),
        "vcard": inspected.cards.as_ref().map(cards),
        "notes": inspected.remarks.iter().map(|remark| json!(remark.to_string())).collect::<Value>(),
        "notUnderstood": losses(&inspected.not_understood),
        "target": { "name": target, "losses": losses(&inspected.lost), "hidden": inspected.hidden },
        "failed": inspected.failed,
    })
}

fn losses(counts: &Counts) -> Value {
    let loss = |((field, why), (count, line)): (&(Field, Why), &(u64, u64))| json!({ "field": field.name(), "why": why.to_string(), "count": count, "line": line });
    counts.iter().map(loss).collect()
}

fn table(table: &Findings) -> Value {
    json!({
        "sheet": table.sheet.as_ref().map(|(name, why)| json!({ "name": name, "why": why })),
        "encoding": table.encoding.as_ref().map(|(name, why)| json!({ "name": name, "why": why })),
        "delimiter": table.delimiter.as_ref().map(|(letter, _)| letter),
        "headerRow": table.header_row,
        "dialect": table.dialect.as_ref().map(fit),
        "runnersUp": table.runners_up.iter().map(fit).collect::<Value>(),
        "mapped": table.mapped,
        "dates": dates(&table.dates),
        "rows": table.rows,
        "columns": table.columns.iter().map(column).collect::<Value>(),
        "notes": table.notes,
    })
}

fn fit(fit: &Fit) -> Value {
    json!({ "name": fit.name, "title": fit.title, "known": fit.known })
}

fn dates(dates: &Dates) -> Value {
    let [day, month, year] = dates.votes;
    json!({
        "cells": dates.cells,
        "votes": { "dmy": day, "mdy": month, "ymd": year },
        "order": dates.order.map(|order| order.name()),
        "why": dates.words,
    })
}

fn column(found: &Found) -> Value {
    json!({
        "number": found.number,
        "header": found.header,
        "to": found.to,
        "filled": found.filled,
        "samples": found.samples,
        "near": found.near.as_ref().map(|(header, to)| json!({ "header": header, "to": to })),
        "second": found.second.as_ref().map(|second| json!({ "after": second.after, "to": second.to })),
    })
}

fn cards(cards: &Tally) -> Value {
    json!({
        "versions": cards.versions,
        "producers": cards.producers,
        "charsets": cards.charsets,
        "properties": cards.properties,
    })
}
