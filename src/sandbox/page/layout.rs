//! What all pages have in common.

use bytes::Bytes;
use http::{Method, Response};
use maud::{DOCTYPE, Markup, html};

use super::visit::{Visit, address};
use crate::sandbox::error::ODataError;

/// The places in the bar at the top: address and name.
const PLACES: [(&str, &str); 3] = [("/", "Contacts"), ("/log", "Requests"), ("/switches", "Switches")];

/// A whole page; `place` is the address of the one in the bar that it belongs to.
pub(super) fn page(visit: &Visit<'_>, place: &str, title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body {
                a.skip href="#main" { "Skip to the content" }
                header {
                    a.brand href=(visit.address("/", &[])) { img src="/icon.svg" alt="" width="24" height="24"; "cardferry " span { "sandbox" } }
                    nav aria-label="Places" {
                        @for (address, name) in PLACES {
                            a href=(visit.address(address, &[])) aria-current=[(address == place).then_some("page")] { (name) }
                        }
                    }
                    (mailboxes(visit))
                }
                main #main tabindex="-1" { (content) }
                footer {
                    p { "A rehearsal on this machine: nothing here reaches a real mailbox." }
                    p { code { "/v1.0" } " Microsoft Graph · " code { "/api/v2.0" } " Outlook REST" }
                }
            }
        }
    }
}

/// Whose contacts these are; where there are several mailboxes, a list to choose from.
fn mailboxes(visit: &Visit<'_>) -> Markup {
    // The address may name one that is not here.
    let shown = visit.mailbox().map_or("", |mailbox| &mailbox.upn);
    if visit.inner.mailboxes().count() == 1 && visit.mailbox().is_ok() {
        return html! { p.who { (shown) } };
    }
    html! {
        details.who {
            summary { span.unseen { "Mailbox: " } (shown) }
            ul aria-label="Mailboxes" {
                @for mailbox in visit.inner.mailboxes() {
                    @let to = address("/", &[("mailbox", &mailbox.upn)]);
                    li { a href=(to) aria-current=[(mailbox.upn == shown).then_some("true")] { (mailbox.upn) } }
                }
            }
        }
    }
}

/// A page that says why there is none.
pub(super) fn refused(visit: &Visit<'_>, error: &ODataError) -> Response<Bytes> {
    let status = error.status;
    // Where a form was sent from; what else is refused, its address is wrong.
    let place = if *visit.method == Method::POST { visit.address(visit.path, &[]) } else { String::new() };
    let content = html! {
        h1 { (status.canonical_reason().unwrap_or("Refused")) }
        p { (error.message) }
        @if place.is_empty() { p { a href="/" { "Back to the contacts" } } } @else { p { a href=(place) { "Back" } } }
    };
    super::html(status, page(visit, "", "Refused", content))
}

/// What stands at the head of every page.
pub(in crate::sandbox) fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            title { (title) " · cardferry sandbox" }
            link rel="icon" href="/icon.svg" type="image/svg+xml";
            link rel="stylesheet" href="/style.css";
        }
    }
}
