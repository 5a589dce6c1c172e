//! What all pages have in common.

use bytes::Bytes;
use http::Response;
use maud::{DOCTYPE, Markup, html};

use super::visit::Visit;
use crate::sandbox::error::ODataError;

/// The places in the bar at the top: address and name.
const PLACES: [(&str, &str); 3] = [("/", "Contacts"), ("/log", "Requests"), ("/switches", "Switches")];

/// A whole page; `place` is the address of the one in the bar that it belongs to.
pub(super) fn page(visit: &Visit<'_>, place: &str, title: &str, content: Markup) -> Markup {
    let upn = &visit.inner.mailbox.upn;
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(title))
            body {
                a.skip href="#main" { "Skip to the content" }
                header {
                    a.brand href="/" { img src="/icon.svg" alt="" width="24" height="24"; "cardferry " span { "sandbox" } }
                    nav aria-label="Places" {
                        @for (address, name) in PLACES {
                            a href=(address) aria-current=[(address == place).then_some("page")] { (name) }
                        }
                    }
                    p.who { (upn) }
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

/// A page that says why there is none.
pub(super) fn refused(visit: &Visit<'_>, error: &ODataError) -> Response<Bytes> {
    let status = error.status;
    let content = html! {
        h1 { (status.canonical_reason().unwrap_or("Refused")) }
        p { (error.message) }
        p { a href="/" { "Back to the contacts" } }
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
