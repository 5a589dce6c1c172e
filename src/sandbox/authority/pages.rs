//! The authority's pages, in plain HTML: somebody says who they are and whether an application may in, or enters a
//! device's code.

use std::fmt::Write as _;

use super::Visit;
use super::scope::Scope;

/// Text as HTML shows it, between tags and between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A page; `inside` is HTML.
fn page(title: &str, inside: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title></head>\n\
         <body><main>\n<h1>{title}</h1>\n{inside}</main></body>\n</html>\n"
    )
}

/// A page that says one thing.
pub(super) fn said(title: &str, text: &str) -> String {
    page(title, &format!("<p>{}</p>\n", escaped(text)))
}

/// A page that asks for a device's code.
pub(super) fn enter_code(code: &str, wrong: bool) -> String {
    let wrong = if wrong { "<p role=\"alert\">That code didn't work. Check it and try again.</p>\n" } else { "" };
    let code = escaped(code);
    page(
        "Enter code",
        &format!(
            "{wrong}<form method=\"post\" action=\"/devicelogin\">\n<p><label>Code shown on your device \
             <input name=\"otc\" value=\"{code}\" required autofocus autocomplete=\"off\"></label></p>\n\
             <p><button>Next</button></p>\n</form>\n"
        ),
    )
}

/// A page whose one form goes to the client by POST.
pub(super) fn post_on(to: &str, fields: &[(&str, String)]) -> String {
    let mut inside = format!("<form method=\"post\" action=\"{}\">\n", escaped(to));
    for (name, value) in fields {
        // Writing to a string does not fail.
        let _ = writeln!(inside, "<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value));
    }
    inside.push_str("<p><button>Continue</button></p>\n</form>\n");
    page("Signed in", &inside)
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
    ) -> String {
        let mut inside = format!("<p>The application <strong>{}</strong> asks for:</p>\n<ul>\n", escaped(client));
        for word in scope.shown.split(' ').chain(scope.offline.then_some("offline_access")) {
            let _ = writeln!(inside, "<li>{}</li>", escaped(word));
        }
        let _ = write!(
            inside,
            "</ul>\n<form method=\"post\" action=\"{}\">\n<input type=\"hidden\" name=\"ticket\" value=\"{}\">\n\
             <p><label>Sign in as <select name=\"user\">\n",
            escaped(action),
            escaped(ticket)
        );
        for mailbox in self.inner.mailboxes() {
            let selected = if hint.is_some_and(|hint| mailbox.is_called(hint)) { " selected" } else { "" };
            let (guid, upn) = (escaped(&mailbox.ids.guid), escaped(&mailbox.upn));
            let _ = writeln!(inside, "<option value=\"{guid}\"{selected}>{upn}</option>");
        }
        inside.push_str(
            "</select></label></p>\n<p><button name=\"decision\" value=\"accept\">Accept</button>\n\
             <button name=\"decision\" value=\"cancel\">Cancel</button></p>\n</form>\n\
             <p>This is the sandbox's rehearsal of signing in. No password is asked for here.</p>\n",
        );
        page("Permissions requested", &inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_request_becomes_markup() {
        let hostile = "\"><script>alert('x')</script>&";
        for text in [said(hostile, hostile), enter_code(hostile, true), post_on(hostile, &[("a", hostile.to_owned())])]
        {
            assert!(!text.contains("<script") && text.contains("&lt;script&gt;"), "{text}");
        }
    }
}
