//! Signing in at the sandbox's authority: each flow from its first request to the contacts.

use bytes::Bytes;
use cardferry::sandbox::{Settings, SignIn};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use pretty_assertions::assert_eq;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Reply;
use super::behaviours::Stage;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const DEVICE: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code";

fn stage(sign_in: SignIn) -> Stage {
    Stage::new(Settings { sign_in, mailboxes: vec!["ada@sandbox.example".into()], ..Settings::default() })
}

fn asking() -> Stage {
    stage(SignIn { required: true, ..SignIn::default() })
}

fn post(stage: &Stage, path: &str, form: &str) -> Reply {
    stage.send("POST", path, &[FORM], Bytes::from(form.to_owned()))
}

fn token(stage: &Stage, form: &str) -> Reply {
    post(stage, "/common/oauth2/v2.0/token", form)
}

/// OAuth's word and Entra's number.
fn refused(reply: &Reply) -> String {
    let body = reply.json();
    let description = body["error_description"].as_str().unwrap();
    assert!(description.starts_with(&format!("AADSTS{}: ", body["error_codes"][0])), "{description}");
    assert!(body["trace_id"].is_string() && body["correlation_id"].is_string(), "{body}");
    assert_eq!(body["timestamp"].as_str().unwrap().len(), "2016-10-19 16:29:47Z".len());
    format!("{} {} {}", reply.status, body["error"].as_str().unwrap(), body["error_codes"][0])
}

fn text(reply: &Reply, name: &str) -> String {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()[name].as_str().unwrap().to_owned()
}

fn api(stage: &Stage, token: &str, method: &str, path: &str) -> Reply {
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let body = if method == "POST" { Bytes::from_static(b"{\"givenName\":\"Ada\"}") } else { Bytes::new() };
    stage.send(method, path, &headers, body)
}

/// What stands between two texts of a page.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    page.split_once(start).unwrap_or_else(|| panic!("no {start} in {page}")).1.split_once(end).unwrap().0
}

fn page(reply: &Reply) -> String {
    assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"));
    let policy = reply.header("content-security-policy").unwrap();
    for part in ["default-src 'none'", "style-src 'self'", "frame-ancestors 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert!(!policy.contains("form-action"), "the redirect behind a form would count as its aim: {policy}");
    assert_eq!(reply.header("cross-origin-opener-policy"), None, "clients open these pages and watch them");
    let text = String::from_utf8(reply.body.to_vec()).unwrap();
    assert!(!text.contains("<script") && text.contains("href=\"/style.css\""), "{text}");
    text
}

/// Answers a page, as the user of a name.
fn decide(stage: &Stage, page: &str, user: &str, decision: &str) -> Reply {
    let action = between(page, "<form method=\"post\" action=\"", "\"");
    let ticket = between(page, "name=\"ticket\" value=\"", "\"");
    post(stage, action, &format!("ticket={ticket}&user={user}&decision={decision}"))
}

fn start_device(stage: &Stage, scope: &str) -> (String, String) {
    let started = post(stage, "/organizations/oauth2/v2.0/devicecode", &format!("client_id=app&scope={scope}"));
    assert_eq!(started.json()["interval"], 5);
    assert_eq!(started.json()["expires_in"], 900);
    assert_eq!(started.json()["verification_uri"], "http://sandbox.test/devicelogin");
    (text(&started, "device_code"), text(&started, "user_code"))
}

#[test]
fn a_device_waits_for_its_user() {
    let stage = asking();
    let (device, user) = start_device(&stage, "Contacts.Read%20offline_access%20openid");
    let look = format!("{DEVICE}&client_id=app&device_code={device}");
    assert_eq!(refused(&token(&stage, &look)), "400 authorization_pending 70016");
    assert_eq!(refused(&token(&stage, &look)), "400 slow_down 70016");
    stage.clock.advance(10);
    assert_eq!(refused(&token(&stage, &look)), "400 authorization_pending 70016");

    let entered = stage.send("GET", "/devicelogin", &[], Bytes::new());
    assert!(page(&entered).contains("name=\"otc\""));
    assert!(page(&post(&stage, "/devicelogin", "otc=WRONG")).contains("role=\"alert\""));
    let consent = page(&post(&stage, "/devicelogin", &format!("otc={}", user.to_lowercase())));
    assert!(consent.contains("<strong>app</strong>") && consent.contains("<li>Contacts.Read</li>"), "{consent}");
    assert!(page(&decide(&stage, &consent, "ada@sandbox.example", "accept")).contains("You have signed in"));
    assert_eq!(decide(&stage, &consent, "ada@sandbox.example", "accept").status, 400, "a page is answered once");

    stage.clock.advance(10);
    let granted = token(&stage, &look);
    assert_eq!(granted.json()["expires_in"], 3599);
    assert_eq!(granted.json()["token_type"], "Bearer");
    assert_eq!(granted.json()["scope"], "Contacts.Read openid");
    assert_eq!(granted.header("cache-control"), Some("no-store"));
    let access = text(&granted, "access_token");
    assert_eq!(api(&stage, &access, "GET", "/v1.0/me").json()["userPrincipalName"], "ada@sandbox.example");
    assert_eq!(api(&stage, &access, "GET", "/v1.0/me/contacts").status, 200);
    let denied = api(&stage, &access, "POST", "/v1.0/me/contacts");
    assert_eq!((denied.status, denied.code()), (403, "ErrorAccessDenied".into()), "the scope is for reading");
    let others = api(&stage, &access, "GET", "/v1.0/users/me@sandbox.example/contacts");
    assert_eq!(others.status, 403, "the scope is for one's own mailbox");
    assert_eq!(api(&stage, &access, "GET", "/api/v2.0/me/contacts").status, 401, "the token is Graph's");
    assert_eq!(api(&stage, "any", "GET", "/v1.0/me/contacts").status, 401, "signing in is required");
    assert_eq!(refused(&token(&stage, &look)), "400 bad_verification_code 70018", "a device code serves once");

    let claims = text(&granted, "id_token");
    let claims = BASE64URL_NOPAD.decode(claims.split('.').nth(1).unwrap().as_bytes()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!((&claims["aud"], &claims["preferred_username"]), (&"app".into(), &"ada@sandbox.example".into()));
}

#[test]
fn a_device_may_be_declined_forgotten_or_unknown() {
    let stage = asking();
    let look = |device: &str| token(&stage, &format!("{DEVICE}&client_id=app&device_code={device}"));
    let (device, user) = start_device(&stage, "Contacts.Read");
    let consent = page(&post(&stage, "/devicelogin", &format!("otc={user}")));
    assert!(page(&decide(&stage, &consent, "", "cancel")).contains("You have declined"));
    assert_eq!(refused(&look(&device)), "400 authorization_declined 70017");
    let (device, _) = start_device(&stage, "Contacts.Read");
    stage.clock.advance(900);
    assert_eq!(refused(&look(&device)), "400 expired_token 70020");
    assert_eq!(refused(&look("x")), "400 bad_verification_code 70018");
    assert_eq!(
        refused(&token(&stage, &format!("{DEVICE}&client_id=other&device_code={device}"))),
        "400 bad_verification_code 70018"
    );
    let approving = self::stage(SignIn { auto_approve: true, required: true });
    let (device, _) = start_device(&approving, "Contacts.Read");
    let granted = token(&approving, &format!("{DEVICE}&client_id=app&device_code={device}"));
    assert!(granted.json().get("refresh_token").is_none(), "nobody asked for offline access");
    assert_eq!(api(&approving, &text(&granted, "access_token"), "GET", "/v1.0/me").status, 200);
}

const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const REDIRECT: &str = "http://localhost:7777/back";

fn authorize(stage: &Stage, more: &str) -> Reply {
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(VERIFIER));
    let redirect = REDIRECT.replace(':', "%3A").replace('/', "%2F");
    let query = format!(
        "client_id=app&redirect_uri={redirect}&scope=Contacts.ReadWrite%20offline_access&state=a%26b\
         &code_challenge={challenge}{more}"
    );
    stage.send("GET", &format!("/common/oauth2/v2.0/authorize?{query}"), &[], Bytes::new())
}

const CODE: &str = "&response_type=code&code_challenge_method=S256";

fn location(reply: &Reply) -> String {
    assert_eq!(reply.status, 302, "{reply:?}");
    reply.header("location").unwrap().to_owned()
}

/// Signs in and answers the code.
fn code(stage: &Stage) -> String {
    let consent = page(&authorize(stage, CODE));
    let location = location(&decide(stage, &consent, "ada@sandbox.example", "accept"));
    assert!(
        location.starts_with("http://localhost:7777/back?code=") && location.ends_with("&state=a%26b"),
        "{location}"
    );
    between(&location, "code=", "&").to_owned()
}

fn redeem(stage: &Stage, code: &str, verifier: &str) -> Reply {
    let form = format!(
        "grant_type=authorization_code&client_id=app&code={code}&redirect_uri={REDIRECT}&code_verifier={verifier}"
    );
    token(stage, &form)
}

#[test]
fn a_code_is_redeemed_once_by_who_knows_its_verifier() {
    let stage = asking();
    let first = code(&stage);
    assert_eq!(refused(&redeem(&stage, &first, "wrong")), "400 invalid_grant 501481");
    assert_eq!(refused(&redeem(&stage, &first, "")), "400 invalid_grant 501481");
    let granted = redeem(&stage, &first, VERIFIER);
    let access = text(&granted, "access_token");
    assert_eq!(api(&stage, &access, "POST", "/v1.0/me/contacts").status, 201);
    assert_eq!(api(&stage, &access, "GET", "/v1.0/me").json()["mail"], "ada@sandbox.example");
    assert_eq!(refused(&redeem(&stage, &first, VERIFIER)), "400 invalid_grant 54005");
    assert_eq!(refused(&redeem(&stage, "x", VERIFIER)), "400 invalid_grant 70000");
    let late = code(&stage);
    stage.clock.advance(600);
    assert_eq!(refused(&redeem(&stage, &late, VERIFIER)), "400 invalid_grant 70008");
    stage.clock.advance(3000);
    let expired = api(&stage, &access, "GET", "/v1.0/me");
    assert_eq!(expired.json()["error"]["message"], "Lifetime validation failed, the token is expired.");
}

#[test]
fn what_is_wrong_with_an_authorization_is_told_to_whom_it_concerns() {
    let stage = asking();
    let told = |more: &str| {
        let location = location(&authorize(&stage, more));
        assert!(location.ends_with("&state=a%26b"), "{location}");
        between(&location, "error=", "&").to_owned()
    };
    assert_eq!(told("&response_type=token&code_challenge_method=S256"), "unsupported_response_type");
    assert_eq!(told("&response_type=code&code_challenge_method=plain"), "invalid_request");
    assert_eq!(told("&response_type=code"), "invalid_request", "without a method it is plain");
    assert_eq!(told("&code_challenge_method=S256"), "invalid_request");
    assert_eq!(told(&format!("{CODE}&prompt=none")), "login_required");
    let consent = page(&authorize(&stage, CODE));
    let declined = location(&decide(&stage, &consent, "", "cancel"));
    assert_eq!(between(&declined, "error=", "&"), "access_denied");
    let send = |query: &str| stage.send("GET", &format!("/common/oauth2/v2.0/authorize?{query}"), &[], Bytes::new());
    for query in ["", "client_id=app", "client_id=app&redirect_uri=javascript:alert(1)", "redirect_uri=http://a/"] {
        let reply = send(query);
        assert_eq!(reply.status, 400);
        assert!(page(&reply).contains("AADSTS"), "{query}");
    }
    let fragment = location(&authorize(&stage, "&response_type=x&response_mode=fragment"));
    assert!(fragment.starts_with("http://localhost:7777/back#error="), "{fragment}");
    let hostile =
        page(&send("client_id=%3Cscript%3E&redirect_uri=http://a.example/&scope=Contacts.Read&response_type=code"));
    assert!(hostile.contains("&lt;script&gt;"));
}

#[test]
fn auto_approval_needs_nobody_at_the_page() {
    let stage = stage(SignIn { auto_approve: true, required: false });
    let location = location(&authorize(&stage, &format!("{CODE}&login_hint=ada@sandbox.example")));
    let granted = redeem(&stage, between(&location, "code=", "&"), VERIFIER);
    let me = api(&stage, &text(&granted, "access_token"), "GET", "/v1.0/me").json();
    assert_eq!(me["mail"], "ada@sandbox.example");
    let posted = page(&authorize(&stage, &format!("{CODE}&response_mode=form_post")));
    assert!(posted.contains("action=\"http://localhost:7777/back\"") && posted.contains("name=\"code\""), "{posted}");
}

#[test]
fn refresh_tokens_rotate() {
    let stage = asking();
    let granted = redeem(&stage, &code(&stage), VERIFIER);
    let first = text(&granted, "refresh_token");
    let refresh = |sent: &str, more: &str| {
        token(&stage, &format!("grant_type=refresh_token&client_id=app&refresh_token={sent}{more}"))
    };
    let second = text(&refresh(&first, ""), "refresh_token");
    assert_ne!(first, second);
    assert_eq!(refused(&refresh(&first, "")), "400 invalid_grant 70000", "the old one is over");
    assert_eq!(
        refused(&token(&stage, &format!("grant_type=refresh_token&client_id=b&refresh_token={second}"))),
        "400 invalid_grant 70000"
    );
    let narrow = refresh(&second, "&scope=Contacts.Read");
    let access = text(&narrow, "access_token");
    assert_eq!(api(&stage, &access, "POST", "/v1.0/me/contacts").status, 403, "less was asked for");
    stage.sandbox.expire_tokens();
    assert_eq!(api(&stage, &access, "GET", "/v1.0/me").status, 401);
    let last = refresh(&text(&narrow, "refresh_token"), "");
    assert_eq!(api(&stage, &text(&last, "access_token"), "GET", "/v1.0/me").status, 200);
    let whole = refresh(&text(&last, "refresh_token"), "&scope=Contacts.ReadWrite");
    let access = text(&whole, "access_token");
    assert_eq!(api(&stage, &access, "POST", "/v1.0/me/contacts").status, 201, "all that was granted may come again");
    let last = refresh(&text(&whole, "refresh_token"), "");
    let wider = refresh(&text(&last, "refresh_token"), "&scope=Contacts.Read.Shared");
    let others = api(&stage, &text(&wider, "access_token"), "GET", "/v1.0/users/me@sandbox.example/contacts");
    assert_eq!(others.status, 403, "no more than was granted");
}

#[test]
fn applications_have_every_mailbox_and_no_me() {
    let stage = asking();
    let scope = "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
    let app = "grant_type=client_credentials&client_id=app";
    assert_eq!(refused(&token(&stage, &format!("{app}&{scope}"))), "401 invalid_client 7000218");
    assert_eq!(
        refused(&token(&stage, &format!("{app}&client_secret=s&scope=Contacts.Read"))),
        "400 invalid_scope 1002012"
    );
    let granted = token(&stage, &format!("{app}&client_secret=s&{scope}"));
    assert!(granted.json().get("refresh_token").is_none());
    let access = text(&granted, "access_token");
    let me = api(&stage, &access, "GET", "/v1.0/me/contacts");
    assert_eq!(me.json()["error"]["message"], "/me request is only valid with delegated authentication flow.");
    for user in stage.sandbox.mailboxes() {
        assert_eq!(api(&stage, &access, "POST", &format!("/v1.0/users/{user}/contacts")).status, 201);
    }
    let form = format!("grant_type=client_credentials&{scope}");
    for (client, status) in [("app:a%2Bb", 200), ("app:", 401), (":a", 400)] {
        let basic = format!("Basic {}", BASE64.encode(client.as_bytes()));
        let headers = [FORM, ("authorization", basic.as_str())];
        let sent = stage.send("POST", "/common/oauth2/v2.0/token", &headers, Bytes::from(form.clone()));
        assert_eq!(sent.status, status, "{client}");
    }
}

#[test]
fn outlooks_tokens_are_for_outlook() {
    let stage = stage(SignIn { auto_approve: true, required: true });
    let (device, _) = start_device(&stage, "https%3A%2F%2Foutlook.office.com%2FContacts.ReadWrite");
    let access = text(&token(&stage, &format!("{DEVICE}&client_id=app&device_code={device}")), "access_token");
    assert_eq!(api(&stage, &access, "GET", "/api/v2.0/me/contacts").status, 200);
    let wrong = api(&stage, &access, "GET", "/v1.0/me/contacts");
    assert_eq!(wrong.json()["error"]["message"], "Access token validation failure. Invalid audience.");
}

#[test]
fn refusals_of_the_token_endpoint_and_tenants() {
    let stage = asking();
    for (form, expected) in [
        ("", "400 invalid_request 900144"),
        ("client_id=app", "400 invalid_request 900144"),
        ("client_id=app&grant_type=password&username=a&password=b", "400 unsupported_grant_type 70003"),
        ("client_id=app&grant_type=refresh_token", "400 invalid_request 900144"),
        ("client_id=app&grant_type=refresh_token&refresh_token=x", "400 invalid_grant 70000"),
    ] {
        assert_eq!(refused(&token(&stage, form)), expected, "{form}");
    }
    let start = |tenant: &str, scope: &str| {
        let reply = post(&stage, &format!("/{tenant}/oauth2/v2.0/devicecode"), &format!("client_id=app&scope={scope}"));
        if reply.status == 200 { "200".to_owned() } else { refused(&reply) }
    };
    for tenant in ["common", "Organizations", "consumers", "sandbox.example", "8ecc2640-0000-4000-8000-000000000001"] {
        assert_eq!(start(tenant, "Contacts.Read"), "200", "{tenant}");
    }
    assert_eq!(start("nowhere", "Contacts.Read"), "400 invalid_request 90002");
    assert_eq!(start("common", "nonsense"), "400 invalid_scope 70011");
    assert_eq!(
        start("common", "Contacts.Read%20https%3A%2F%2Foutlook.office.com%2FContacts.Read"),
        "400 invalid_request 28000"
    );
    assert_eq!(stage.send("GET", "/common/oauth2/v2.0/token", &[], Bytes::new()).status, 405);
    let nowhere = stage.send("GET", "/common/oauth2/v1.0/token", &[], Bytes::new());
    assert_eq!((nowhere.status, nowhere.code()), (404, "ResourceNotFound".to_owned()));
}

#[test]
fn the_configuration_leads_to_the_endpoints() {
    let stage = asking();
    for path in ["/.well-known/openid-configuration", "/common/v2.0/.well-known/openid-configuration"] {
        let found = stage.send("GET", path, &[], Bytes::new()).json();
        assert_eq!(found["token_endpoint"], "http://sandbox.test/common/oauth2/v2.0/token");
        assert_eq!(found["device_authorization_endpoint"], "http://sandbox.test/common/oauth2/v2.0/devicecode");
        let keys = found["jwks_uri"].as_str().unwrap().replace("http://sandbox.test", "");
        assert_eq!(stage.send("GET", &keys, &[], Bytes::new()).json(), serde_json::json!({"keys": []}));
    }
}
