//! The two endpoints that clients call by themselves: `devicecode` and `token`.

use bytes::Bytes;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::header::AUTHORIZATION;
use http::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::answer::json as answer;
use super::claims::Subject;
use super::error::Refusal;
use super::scope::Scope;
use super::state::{Asked, Decision, Device, Grant, Refresh};
use super::{TOKEN_LASTS, Visit};
use crate::sandbox::form::Form;

/// How long a device code lasts, in seconds (documented).
const DEVICE_LASTS: i64 = 15 * 60;
/// Seconds between two looks (documented sample).
const INTERVAL: i64 = 5;
/// How long a refresh token lasts, in seconds: 90 days (documented).
const REFRESH_LASTS: i64 = 90 * 24 * 60 * 60;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

type Answered = Result<Response<Bytes>, Refusal>;

impl Visit<'_> {
    /// `POST …/devicecode` (documented).
    pub(super) fn device_code(&self) -> Answered {
        let form = self.form();
        let client = form.get("client_id").ok_or_else(|| Refusal::missing("client_id"))?.to_owned();
        let scope = form.get("scope").ok_or_else(|| Refusal::missing("scope"))?;
        let scope = Scope::parse(scope, &self.origin)?;
        let mut state = self.inner.authority.state();
        let (device_code, user_code) = (state.secret(48), state.user_code());
        let decision =
            self.inner.switches.auto_approve().then(|| Decision::Approved(self.user(form.get("login_hint"))));
        let shown = user_code.clone();
        let device = Device { client, scope, user_code, interval: INTERVAL, looked: None, decision };
        state.devices.put(device_code.clone(), self.now + DEVICE_LASTS, device, self.now);
        let page = format!("{}/devicelogin", self.origin);
        let message = format!(
            "To sign in, use a web browser to open the page {page} and enter the code {shown} to authenticate."
        );
        Ok(answer(
            StatusCode::OK,
            &json!({
                "user_code": shown, "device_code": device_code, "verification_uri": page,
                "expires_in": DEVICE_LASTS, "interval": INTERVAL, "message": message,
            }),
        ))
    }

    /// `POST …/token` (documented).
    pub(super) fn token(&self) -> Answered {
        let form = self.form();
        let (client, secret) = client(self, &form)?;
        match form.get("grant_type").ok_or_else(|| Refusal::missing("grant_type"))? {
            "authorization_code" => self.redeem(&form, &client),
            "refresh_token" => self.refresh(&form, &client),
            "client_credentials" => self.credentials(&form, &client, secret),
            DEVICE_CODE | "device_code" => self.look(&form, &client),
            other => Err(Refusal::grant_type(other)),
        }
    }

    /// Documented: a code serves once, for about ten minutes, and for the client and redirect URI that it was given to.
    fn redeem(&self, form: &Form, client: &str) -> Answered {
        let sent = form.get("code").ok_or_else(|| Refusal::missing("code"))?;
        let redirect = form.get("redirect_uri").ok_or_else(|| Refusal::missing("redirect_uri"))?;
        let (asked, user) = {
            let mut state = self.inner.authority.state();
            let (code, over) = state.codes.get(sent, self.now).ok_or_else(|| Refusal::bad_grant("code"))?;
            if code.redeemed {
                return Err(Refusal::redeemed());
            }
            if over {
                return Err(Refusal::grant_expired());
            }
            if code.asked.client != client || code.asked.redirect != redirect {
                return Err(Refusal::bad_grant("code"));
            }
            proved(&code.asked, form.get("code_verifier"))?;
            code.redeemed = true;
            (code.asked.clone(), code.user.clone())
        };
        let Asked { scope, nonce, .. } = asked;
        let granted = Refresh { client: client.to_owned(), scope, user };
        Ok(self.issue(form, &granted, &granted.scope, nonce.as_deref()))
    }

    /// Documented: a new refresh token comes with each use. Guessed: the old one is over then.
    fn refresh(&self, form: &Form, client: &str) -> Answered {
        let sent = form.get("refresh_token").ok_or_else(|| Refusal::missing("refresh_token"))?;
        // Documented: fewer scopes than were granted may be asked for. Guessed: what is asked for is what comes.
        let asked = form.get("scope").map(|scope| Scope::parse(scope, &self.origin)).transpose()?;
        let mut state = self.inner.authority.state();
        let (refresh, over) =
            state.refresh.get(sent, self.now).ok_or_else(|| Refusal::bad_grant("refresh_token' or 'assertion"))?;
        if over {
            return Err(Refusal::grant_expired());
        }
        if refresh.client != client {
            return Err(Refusal::bad_grant("refresh_token' or 'assertion"));
        }
        let granted = refresh.clone();
        state.refresh.take(sent, self.now);
        drop(state);
        let scope = asked.map_or_else(|| granted.scope.clone(), |asked| narrowed(&granted.scope, asked));
        Ok(self.issue(form, &granted, &scope, None))
    }

    /// Documented: the tenant must be one, for no user tells it.
    fn credentials(&self, form: &Form, client: &str, secret: Option<String>) -> Answered {
        secret.or_else(|| form.get("client_assertion").map(str::to_owned)).ok_or_else(Refusal::no_secret)?;
        let scope = form.get("scope").ok_or_else(|| Refusal::missing("scope"))?;
        let scope = Scope::of_app(scope, &self.origin)?;
        let token = self.access(&Subject { client, user: None, scope: &scope, nonce: None });
        Ok(answer(
            StatusCode::OK,
            &json!({
                "token_type": "Bearer", "expires_in": TOKEN_LASTS, "ext_expires_in": TOKEN_LASTS, "access_token": token,
            }),
        ))
    }

    /// A device looks whether its user has come.
    fn look(&self, form: &Form, client: &str) -> Answered {
        let sent = form.get("device_code").ok_or_else(|| Refusal::missing("device_code"))?;
        let mut state = self.inner.authority.state();
        let (device, over) = state.devices.get(sent, self.now).ok_or_else(Refusal::bad_device_code)?;
        if device.client != client {
            return Err(Refusal::bad_device_code());
        }
        if over {
            return Err(Refusal::device_code_expired());
        }
        let early = device.looked.replace(self.now).is_some_and(|looked| self.now < looked + device.interval);
        let user = match &device.decision {
            Some(Decision::Declined) => return Err(Refusal::device_declined()),
            Some(Decision::Approved(user)) => user.clone(),
            None if early => {
                device.interval += INTERVAL;
                return Err(Refusal::slow_down());
            }
            None => return Err(Refusal::pending()),
        };
        let granted = Refresh { client: client.to_owned(), scope: device.scope.clone(), user };
        state.devices.take(sent, self.now);
        drop(state);
        Ok(self.issue(form, &granted, &granted.scope, None))
    }

    /// The tokens that a user's consent brings: for `scope`, and a refresh token for all that was granted (RFC 6749
    /// section 6).
    fn issue(&self, form: &Form, granted: &Refresh, scope: &Scope, nonce: Option<&str>) -> Response<Bytes> {
        let Refresh { client, user, .. } = granted;
        let subject = Subject { client, user: Some(user), scope, nonce };
        let mut body = Map::new();
        let mut add = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
        add("token_type", "Bearer".into());
        add("scope", scope.shown.as_str().into());
        add("expires_in", TOKEN_LASTS.into());
        add("ext_expires_in", TOKEN_LASTS.into());
        add("access_token", self.access(&subject).into());
        if scope.offline {
            let mut state = self.inner.authority.state();
            let secret = format!("0.{}", state.secret(48));
            state.refresh.put(secret.clone(), self.now + REFRESH_LASTS, granted.clone(), self.now);
            add("refresh_token", secret.into());
        }
        if scope.openid {
            add("id_token", self.id_token(&subject).into());
        }
        if form.get("client_info") == Some("1") {
            let info = json!({ "uid": user, "utid": self.inner.mailbox.ids.tenant() });
            add("client_info", BASE64URL_NOPAD.encode(info.to_string().as_bytes()).into());
        }
        answer(StatusCode::OK, &Value::Object(body))
    }

    /// A new access token.
    fn access(&self, subject: &Subject<'_>) -> String {
        let mut state = self.inner.authority.state();
        let secret = state.secret(32);
        let token = self.access_token(subject, &secret);
        let user = subject.user.map(str::to_owned);
        let grant = Grant { user, scope: subject.scope.clone(), until: self.now + TOKEN_LASTS };
        state.put_access(token.clone(), grant, self.now);
        token
    }
}

/// Who calls, and with which secret: in the form, or as HTTP's basic authentication (RFC 6749 section 2.3.1).
fn client(visit: &Visit<'_>, form: &Form) -> Result<(String, Option<String>), Refusal> {
    let header = visit.request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let basic =
        header.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = basic.and_then(|(_, text)| String::from_utf8(BASE64.decode(text.trim().as_bytes()).ok()?).ok());
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let named = decoded.as_deref().and_then(|text| text.split_once(':')).filter(|(client, _)| !client.is_empty());
    if let Some((client, secret)) = named {
        return Ok((plain(client), Some(plain(secret)).filter(|secret| !secret.is_empty())));
    }
    let client = form.get("client_id").ok_or_else(|| Refusal::missing("client_id"))?;
    Ok((client.to_owned(), form.get("client_secret").map(str::to_owned)))
}

/// PKCE (RFC 7636 section 4.6), by S256.
fn proved(asked: &Asked, verifier: Option<&str>) -> Result<(), Refusal> {
    let made = verifier.map(|verifier| BASE64URL_NOPAD.encode(&Sha256::digest(verifier.as_bytes())));
    if asked.challenge == made { Ok(()) } else { Err(Refusal::verifier()) }
}

/// No more than was granted, and no more than is asked for.
fn narrowed(granted: &Scope, asked: Scope) -> Scope {
    Scope {
        audience: asked.audience,
        reads: granted.reads && asked.reads,
        writes: granted.writes && asked.writes,
        shared: granted.shared && asked.shared,
        offline: granted.offline,
        openid: granted.openid && asked.openid,
        shown: asked.shown,
    }
}
