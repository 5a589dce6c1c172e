//! The requests: the last ones, newest first.

use http::StatusCode;
use maud::{Markup, html};
use percent_encoding::percent_decode_str;

use super::visit::Visit;
use super::{Shown, layout};
use crate::sandbox::log::Entry;

/// How many are shown.
const SHOWN: usize = 200;

pub(super) fn show(visit: &Visit<'_>) -> Shown {
    let entries = visit.inner.switches.log.entries();
    let total = entries.last().map_or(0, |entry| entry.number);
    let content = html! {
        h1 { "Requests " small { (entries.len().min(SHOWN)) " of " (total) } }
        @if entries.is_empty() {
            p.empty { "None yet. Point a client at this server and load the page again." }
        } @else {
            (table(&entries))
        }
    };
    Ok(super::html(StatusCode::OK, layout::page(visit, "/log", "Requests", content)))
}

fn table(entries: &[Entry]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="requests" {
            table {
                caption #requests { "Newest first. Times are the sandbox's own, in UTC." }
                thead {
                    tr {
                        th.figure scope="col" { "No." }
                        th scope="col" { "Time" }
                        th scope="col" { "Status" }
                        th scope="col" { "Request" }
                        th.figure scope="col" { "Took" }
                        th.figure scope="col" { "In" }
                        th.figure scope="col" { "Out" }
                    }
                }
                tbody { @for entry in entries.iter().rev().take(SHOWN) { (row(entry)) } }
            }
        }
    }
}

fn row(entry: &Entry) -> Markup {
    let good = entry.status.is_some_and(|status| status < 400);
    html! {
        tr {
            td.figure { (entry.number) }
            td { (entry.at.strftime("%H:%M:%S%.3f")) }
            td class=(if good { "good" } else { "bad" }) {
                @if let Some(status) = entry.status { (status) } @else { "no answer" }
            }
            td.path {
                @if entry.part { span.tag { "part" } " " }
                strong { (entry.method) } " " span title=(entry.path) { (readable(&entry.path)) }
                @if let Some(fault) = &entry.fault { " " span.tag { "fault: " (fault) } }
            }
            td.figure { (entry.milliseconds) " ms" }
            td.figure { (entry.received) " B" }
            td.figure { (entry.sent) " B" }
        }
    }
}

/// A path without its percent signs, and with the middle of its ids left out.
fn readable(path: &str) -> String {
    let path = percent_decode_str(path).decode_utf8_lossy();
    let mut shown = String::new();
    for piece in path.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric() && !"-_=".contains(letter)) {
        let id = piece.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric() && letter != '=');
        if id.starts_with("AA") && id.len() > 60 && id.is_ascii() {
            shown.extend([&id[..8], "…", &id[id.len() - 8..], &piece[id.len()..]]);
        } else {
            shown.push_str(piece);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_readable() {
        let id = format!("AAMkAGI2{}9fQ0vM12=", "x".repeat(60));
        for (path, expected) in [
            (format!("/v1.0/me/contacts('{id}')/photo/$value"), "/v1.0/me/contacts('AAMkAGI2…9Q0vM12=')/photo/$value"),
            (format!("/v1.0/me/contacts/{}", id.replace('=', "%3D")), "/v1.0/me/contacts/AAMkAGI2…9Q0vM12="),
            ("/v1.0/me/contacts?$filter=id%20eq%20%27%C3%A9%27".to_owned(), "/v1.0/me/contacts?$filter=id eq 'é'"),
        ] {
            assert_eq!(readable(&path), expected.replace("9Q0vM12=", &id[id.len() - 8..]));
        }
    }
}
