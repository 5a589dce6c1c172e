//! The authority's pages: somebody says who they are and whether an application may in, or enters a device's code.

use maud::{DOCTYPE, Markup, html};

use super::Visit;
use super::scope::Scope;
use crate::sandbox::page;

/// A page of its own: it leads nowhere but to what its form asks for.
fn page(title: &str, content: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (page::head(title))
            body { main #main { h1 { (title) } (content) } }
        }
    }
}

/// A page that says one thing.
pub(super) fn said(title: &str, text: &str) -> Markup {
    page(title, html! { p { (text) } })
}

/// A page that asks for a device's code.
pub(super) fn enter_code(code: &str, wrong: bool) -> Markup {
    let content = html! {
        @if wrong { p role="alert" { "That code didn't work. Check it and try again." } }
        form method="post" action="/devicelogin" {
            label for="otc" { "Code shown on your device" }
            input #otc type="text" name="otc" value=(code) required autofocus autocomplete="off";
            p { button { "Next" } }
        }
    };
    page("Enter code", content)
}

/// A page whose one form goes to the client by POST.
pub(super) fn post_on(to: &str, fields: &[(&str, &str)]) -> Markup {
    let content = html! {
        form method="post" action=(to) {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            p { button { "Continue" } }
        }
    };
    page("Signed in", content)
}

impl Visit<'_> {
    /// A page that asks who somebody is and whether the application may in. `action` is where the answer goes.
    pub(super) fn consent(
        &self,
        action: &str,
        ticket: &str,
        client: &str,
        scope: &Scope,
        hint: Option<&str>,
    ) -> Markup {
        let words = scope.shown.split(' ').chain(scope.offline.then_some("offline_access"));
        let content = html! {
            p { "The application " strong { (client) } " asks for:" }
            ul { @for word in words { li { (word) } } }
            form method="post" action=(action) {
                input type="hidden" name="ticket" value=(ticket);
                label for="user" { "Sign in as" }
                select #user name="user" {
                    @for mailbox in self.inner.mailboxes() {
                        @let hinted = hint.is_some_and(|hint| mailbox.is_called(hint));
                        option value=(mailbox.ids.guid) selected[hinted] { (mailbox.upn) }
                    }
                }
                p {
                    button name="decision" value="accept" { "Accept" } " "
                    button name="decision" value="cancel" { "Cancel" }
                }
            }
            p.note { "This is the sandbox's rehearsal of signing in. No password is asked for here." }
        };
        page("Permissions requested", content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_request_becomes_markup() {
        let hostile = "\"><script>alert('x')</script>&";
        for page in [said(hostile, hostile), enter_code(hostile, true), post_on(hostile, &[("a", hostile)])] {
            let text = page.into_string();
            assert!(!text.contains("<script") && text.contains("&lt;script&gt;"), "{text}");
        }
    }
}
