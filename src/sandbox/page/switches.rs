//! The switches: which of Exchange's ways are followed, what goes wrong on purpose, and the limits.

use http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::Value;

use super::visit::Visit;
use super::{Shown, layout, see};
use crate::sandbox::behaviour::{Behaviour, Behaviours};
use crate::sandbox::error::ODataError;
use crate::sandbox::faults::Plan;

pub(super) fn answer(visit: &Visit<'_>) -> Shown {
    if *visit.method == Method::POST {
        visit.is_ours()?;
        let done = change(visit)?;
        return Ok(see(&visit.address("/switches", &[("done", done)])));
    }
    let content = html! {
        h1 { "Switches" }
        @if let Some((_, said)) = DONE.iter().find(|(done, _)| *done == visit.asked("done")) {
            p.done role="status" { (said) }
        }
        p { "They hold until this server stops." }
        (behaviours(visit))
        (limits(visit))
        (faults(visit))
        (tokens(visit))
    };
    Ok(super::html(StatusCode::OK, layout::page(visit, "/switches", "Switches", content)))
}

/// What is said after a form was sent.
const DONE: [(&str, &str); 4] = [
    ("behaviours", "The behaviours are set."),
    ("limits", "The limits are set."),
    ("faults", "The faults are set, and start from their beginning."),
    ("tokens", "Every token that was used so far has expired."),
];

fn change(visit: &Visit<'_>) -> Result<&'static str, ODataError> {
    let switches = &visit.inner.switches;
    match visit.sent("form") {
        Some("behaviours") => {
            let rows = Behaviour::ALL.iter();
            let on = rows.fold(Behaviours::default(), |on, row| on.with(row.behaviour, visit.sent(row.name).is_some()));
            switches.set_behaviours(on);
            Ok("behaviours")
        }
        Some("limits") => {
            let limits = visit.sent("limits").unwrap_or_default().trim().parse();
            switches.meter.limit(limits.map_err(|why: String| ODataError::bad_option(why))?);
            Ok("limits")
        }
        Some("faults") => {
            let plan = Plan::parse(visit.sent("plan").unwrap_or_default());
            switches.follow(plan.map_err(|why| ODataError::bad_option(why.to_string()))?);
            Ok("faults")
        }
        Some("tokens") => {
            visit.inner.expire_tokens();
            Ok("tokens")
        }
        _ => Err(ODataError::bad_option("This form is none of the sandbox's.")),
    }
}

/// A form with what every form carries.
fn form(visit: &Visit<'_>, name: &str, content: Markup) -> Markup {
    html! {
        form method="post" action=(visit.address("/switches", &[])) {
            input type="hidden" name="seal" value=(visit.seal());
            input type="hidden" name="form" value=(name);
            (content)
        }
    }
}

fn behaviours(visit: &Visit<'_>) -> Markup {
    let on = visit.inner.switches.behaviours();
    let rows = html! {
        @for row in Behaviour::ALL {
            div.switch {
                input type="checkbox" name=(row.name) id={ "b-" (row.name) } checked[on.has(row.behaviour)]
                    aria-describedby={ "d-" (row.name) };
                div {
                    label for={ "b-" (row.name) } { (said(row.does)) span.tag { (row.known.word()) } }
                    p id={ "d-" (row.name) } { code { (row.name) } " — off: " (said(row.without)) }
                }
            }
        }
        button { "Set behaviours" }
    };
    html! {
        section aria-labelledby="behaviours" {
            h2 #behaviours { "Exchange's ways" }
            (form(visit, "behaviours", rows))
        }
    }
}

/// Words in which code stands between backticks.
fn said(words: &str) -> Markup {
    html! {
        @for (at, piece) in words.split('`').enumerate() {
            @if at % 2 == 1 { code { (piece) } } @else { (piece) }
        }
    }
}

fn limits(visit: &Visit<'_>) -> Markup {
    let fields = html! {
        label for="limits" { "As --limits has it: exchange, none, in-flight=4,requests=10000/10m" }
        div { input #limits type="text" name="limits" value=(visit.inner.switches.meter.limits().to_string()) size="60"; }
        button { "Set limits" }
    };
    html! {
        section aria-labelledby="limits-title" {
            h2 #limits-title { "Limits" }
            (form(visit, "limits", fields))
        }
    }
}

/// What a plan looks like.
const EXAMPLE: &str = "[[fault]]\nwhat = \"lost\"\nmethod = \"POST\"\nprobability = 0.05";

fn faults(visit: &Visit<'_>) -> Markup {
    let now = visit.inner.switches.faults.json();
    let rules = now.get("faults").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let fields = html! {
        label for="plan" { "Another plan, as a faults file has it; empty for no faults" }
        textarea #plan name="plan" spellcheck="false" placeholder=(EXAMPLE) {}
        button { "Set faults" }
    };
    html! {
        section aria-labelledby="faults" {
            h2 #faults { "Faults" }
            @if rules.is_empty() { p.note { "Nothing goes wrong on purpose." } } @else { (table(rules)) }
            (form(visit, "faults", fields))
        }
    }
}

fn table(rules: &[Value]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="rules" {
            table {
                caption #rules { "What goes wrong on purpose, and how often it did" }
                thead { tr { th scope="col" { "Fault" } th.figure scope="col" { "Matched" } th.figure scope="col" { "Hit" } } }
                tbody {
                    @for rule in rules {
                        tr {
                            td { (rule["name"].as_str().unwrap_or_default()) }
                            td.figure { (rule["matched"].as_u64().unwrap_or_default()) }
                            td.figure { (rule["hit"].as_u64().unwrap_or_default()) }
                        }
                    }
                }
            }
        }
    }
}

fn tokens(visit: &Visit<'_>) -> Markup {
    html! {
        section aria-labelledby="tokens" {
            h2 #tokens { "Tokens" }
            (form(visit, "tokens", html! { button { "Expire every token used so far" } }))
        }
    }
}
