//! Whether the authority consents by itself is switched while it runs.

use bytes::Bytes;
use http::Request;
use pretty_assertions::assert_eq;

use super::{Bench, Reply};

fn post(bench: &Bench, path: &str, form: &str) -> Reply {
    let url = format!("http://sandbox.test/common/oauth2/v2.0/{path}");
    let request = Request::post(url).header("content-type", "application/x-www-form-urlencoded");
    bench.raw(request.body(Bytes::from(form.to_owned())).unwrap())
}

/// What comes of asking for a token with a new device code, before anybody has been at the page.
fn asked(bench: &Bench) -> (u16, String) {
    let code = post(bench, "devicecode", "client_id=app&scope=Contacts.Read").json()["device_code"].clone();
    let kind = "urn:ietf:params:oauth:grant-type:device_code";
    let form = format!("grant_type={kind}&client_id=app&device_code={}", code.as_str().unwrap());
    let reply = post(bench, "token", &form);
    (reply.status, reply.json()["error"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn consent_is_given_by_itself_from_when_on_it_is_switched_so() {
    let bench = Bench::new();
    for (on, expected) in
        [(false, (400, "authorization_pending")), (true, (200, "")), (false, (400, "authorization_pending"))]
    {
        bench.sandbox.set_auto_approve(on);
        let (status, error) = asked(&bench);
        assert_eq!((status, error.as_str()), expected, "{on}");
    }
}
