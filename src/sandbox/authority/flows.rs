//! The two endpoints that people come to: `authorize` and `devicelogin`.

use bytes::Bytes;
use http::{Method, Response, StatusCode, Uri};

use super::Visit;
use super::answer::{html, redirect};
use super::error::Refusal;
use super::pages;
use super::scope::Scope;
use super::state::{Asked, Code, Decision, Device, Mode, Ticket};
use crate::sandbox::form::{self, Form};

/// How long a code lasts, in seconds (documented: about ten minutes), and a page that waits for an answer.
const CODE_LASTS: i64 = 10 * 60;

/// Why an authorization request was not taken, and whether its client can be told.
enum Wrong {
    /// Nobody knows whom to tell: the person at the page.
    Page(Refusal),
    Client(Box<Asked>, Refusal),
}

impl Visit<'_> {
    /// `…/authorize`: a GET from the client's browser, a POST from the page that it gets.
    pub(super) fn authorize(&self) -> Response<Bytes> {
        let form = self.form();
        if *self.request.method() == Method::POST && form.get("ticket").is_some() {
            return self.consented(&form);
        }
        let query = match *self.request.method() {
            Method::POST => form,
            _ => Form::of_query(self.request.uri().query()),
        };
        let asked = match self.asked(&query) {
            Ok(asked) => asked,
            Err(Wrong::Client(asked, refusal)) => return self.tell(&asked, &refusal),
            Err(Wrong::Page(refusal)) => {
                return html(
                    refusal.status,
                    pages::said("Sorry, but we're having trouble signing you in.", &refusal.description(self.ids)),
                );
            }
        };
        let hint = query.get("login_hint");
        if self.inner.switches.auto_approve() {
            return self.approve(asked, self.user(hint));
        }
        if query.get("prompt") == Some("none") {
            return self.tell(&asked, &Refusal::nobody_signed_in());
        }
        let mut state = self.inner.authority.state();
        let ticket = state.secret(24);
        let action = format!("/{}/oauth2/v2.0/authorize", self.tenant);
        let page = self.consent(&action, &ticket, &asked.client, &asked.scope, hint);
        state.tickets.put(ticket, self.now + CODE_LASTS, Ticket::Authorize(asked), self.now);
        html(StatusCode::OK, page)
    }

    /// Reads an authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3).
    fn asked(&self, query: &Form) -> Result<Asked, Wrong> {
        let client = query.get("client_id").ok_or_else(|| Wrong::Page(Refusal::missing("client_id")))?.to_owned();
        let redirect = query.get("redirect_uri").filter(|uri| leads_back(uri));
        let redirect = redirect.ok_or_else(|| Wrong::Page(Refusal::no_reply_address()))?.to_owned();
        let mode = match query.get("response_mode") {
            Some("fragment") => Mode::Fragment,
            Some("form_post") => Mode::FormPost,
            _ => Mode::Query,
        };
        let text = query.get("scope").unwrap_or_default();
        let scope = Scope::parse(text, &self.origin);
        let granted = scope.clone().or_else(|_| Scope::parse("", "")).map_err(Wrong::Page)?;
        let own = |name: &str| query.get(name).map(str::to_owned);
        let (state, nonce, challenge) = (own("state"), own("nonce"), own("code_challenge"));
        let asked = Asked { client, scope: granted, redirect, mode, state, nonce, challenge };
        // Without a method it is `plain` (RFC 7636 section 4.3).
        let method = query.get("code_challenge_method").unwrap_or("plain");
        let refusal = match query.get("response_type") {
            None => Some(Refusal::missing("response_type")),
            Some(other) if other != "code" => Some(Refusal::response_type(other)),
            _ if text.is_empty() => Some(Refusal::missing("scope")),
            // A SHA-256 in Base64 without padding.
            _ if asked.challenge.as_ref().is_some_and(|sent| method != "S256" || sent.len() != 43) => {
                Some(Refusal::challenge())
            }
            _ => scope.err(),
        };
        match refusal {
            Some(refusal) => Err(Wrong::Client(Box::new(asked), refusal)),
            None => Ok(asked),
        }
    }

    /// The answer of the page.
    fn consented(&self, form: &Form) -> Response<Bytes> {
        let ticket = self.inner.authority.state().tickets.take(form.get("ticket").unwrap_or_default(), self.now);
        let Some(Ticket::Authorize(asked)) = ticket else { return too_late() };
        match form.get("decision") {
            Some("accept") => self.approve(asked, self.user(form.get("user"))),
            _ => self.tell(&asked, &Refusal::declined()),
        }
    }

    fn approve(&self, asked: Asked, user: String) -> Response<Bytes> {
        let code = {
            let mut state = self.inner.authority.state();
            let code = format!("0.{}", state.secret(48));
            let kept = Code { asked: asked.clone(), user, redeemed: false };
            state.codes.put(code.clone(), self.now + CODE_LASTS, kept, self.now);
            code
        };
        respond(&asked, &[("code", &code)])
    }

    /// Tells the client what was wrong.
    fn tell(&self, asked: &Asked, refusal: &Refusal) -> Response<Bytes> {
        respond(asked, &[("error", refusal.error), ("error_description", &refusal.description(self.ids))])
    }

    /// `/devicelogin`: the code, then the consent.
    pub(super) fn device_login(&self) -> Response<Bytes> {
        let query = Form::of_query(self.request.uri().query());
        let form = self.form();
        if *self.request.method() == Method::GET {
            let code = query.get("otc").or(query.get("user_code")).unwrap_or_default();
            return html(StatusCode::OK, pages::enter_code(code, false));
        }
        if form.get("ticket").is_some() {
            return self.device_decided(&form);
        }
        let typed: String = form.get("otc").unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).collect();
        let mut state = self.inner.authority.state();
        let waits = |device: &Device| device.decision.is_none() && device.user_code.eq_ignore_ascii_case(&typed);
        let found = state.devices.find(self.now, waits);
        let Some((device_code, client, scope)) =
            found.map(|(code, device)| (code.to_owned(), device.client.clone(), device.scope.clone()))
        else {
            return html(StatusCode::OK, pages::enter_code(&typed, true));
        };
        let ticket = state.secret(24);
        let page = self.consent("/devicelogin", &ticket, &client, &scope, None);
        state.tickets.put(ticket, self.now + CODE_LASTS, Ticket::Device(device_code), self.now);
        html(StatusCode::OK, page)
    }

    fn device_decided(&self, form: &Form) -> Response<Bytes> {
        let accepted = form.get("decision") == Some("accept");
        let user = self.user(form.get("user"));
        let mut state = self.inner.authority.state();
        let ticket = state.tickets.take(form.get("ticket").unwrap_or_default(), self.now);
        let Some(Ticket::Device(device_code)) = ticket else { return too_late() };
        match state.devices.get(&device_code, self.now) {
            Some((device, false)) if device.decision.is_none() => {
                device.decision = Some(if accepted { Decision::Approved(user) } else { Decision::Declined });
            }
            _ => return too_late(),
        }
        let text = if accepted {
            "You have signed in on your device. You may now close this window."
        } else {
            "You have declined. You may now close this window."
        };
        html(StatusCode::OK, pages::said("Device sign-in", text))
    }
}

fn too_late() -> Response<Bytes> {
    let text = "This page has been answered already, or it has waited too long. Begin again in your application.";
    html(StatusCode::BAD_REQUEST, pages::said("Too late", text))
}

/// Sends an answer to the client by way of the browser.
fn respond(asked: &Asked, fields: &[(&str, &str)]) -> Response<Bytes> {
    let state = asked.state.as_deref().map(|state| ("state", state));
    let fields: Vec<_> = fields.iter().copied().chain(state).collect();
    let to = asked.redirect.as_str();
    match asked.mode {
        Mode::FormPost => html(StatusCode::OK, pages::post_on(to, &fields)),
        Mode::Fragment => redirect(&format!("{to}#{}", form::query(fields))),
        Mode::Query => {
            let mark = if to.contains('?') { '&' } else { '?' };
            redirect(&format!("{to}{mark}{}", form::query(fields)))
        }
    }
}

/// Whether a redirect URI can be one: a page, or an application's own scheme, and never something that runs.
fn leads_back(uri: &str) -> bool {
    if uri == "urn:ietf:wg:oauth:2.0:oob" {
        return true;
    }
    let scheme = uri.split("://").next().unwrap_or_default().to_ascii_lowercase();
    let parsed = uri.parse::<Uri>().is_ok() && !uri.contains('#') && uri.contains("://");
    parsed && !matches!(scheme.as_str(), "javascript" | "data" | "vbscript" | "file" | "blob")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_to_pages_and_applications() {
        for uri in ["http://localhost:1234/", "https://a.example/x?y=z", "msalabc://auth", "urn:ietf:wg:oauth:2.0:oob"]
        {
            assert!(leads_back(uri), "{uri}");
        }
        for uri in
            ["", "/x", "javascript:alert(1)", "javascript://x/%0aalert(1)", "data://x", "http://a/#x", "http://a b/"]
        {
            assert!(!leads_back(uri), "{uri}");
        }
    }
}
