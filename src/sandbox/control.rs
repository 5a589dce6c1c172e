//! The control endpoint: on a port of its own, what can be changed and looked at while a sandbox runs.
//!
//! It asks for no token, for it can do nothing beyond the sandbox. It is for the programs of this machine alone: it
//! listens on the loopback interface, and its [guard](super::guard) lets in nothing that a web page sends.

use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use super::behaviour::Behaviour;
use super::faults::Plan;
use super::guard::Guard;
use super::log::Entry;
use super::request::{set, with_type};
use super::serve::{Socket, Sockets, TooLarge, serve};
use super::{Delivery, Sandbox};

/// A bound control endpoint.
pub struct Control {
    sandbox: Sandbox,
    listener: TcpListener,
    url: String,
}

impl Control {
    /// Binds `127.0.0.1:port`, any free port for 0.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn bind(sandbox: Sandbox, port: u16) -> io::Result<Control> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok(Control { sandbox, listener, url })
    }

    /// `http://127.0.0.1:port`, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers until `shutdown` resolves.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) {
        let sandbox = self.sandbox.clone();
        let socket = Socket { listener: self.listener, tls: None, bounds: Sockets::default() };
        serve(socket, self.sandbox, shutdown, move |request| {
            let sandbox = sandbox.clone();
            async move { Delivery::Whole(answer(&sandbox, &request).await) }
        })
        .await;
    }
}

/// What can be asked for: method, path, what it is.
const ROUTES: [(&str, &str, &str); 16] = [
    ("GET", "/", "what can be asked for"),
    ("GET", "/log", "the last 1,000 requests, oldest first"),
    ("GET", "/faults", "the seed, and each rule with how often it matched and hit"),
    ("PUT", "/faults", "another plan from now on; the body is a faults file, an empty one for no faults"),
    ("POST", "/reset", "the faults start over, as if no request had come"),
    ("GET", "/limits", "the limits that hold"),
    ("PUT", "/limits", "other limits; the body is as --limits has it: exchange, none, in-flight=4,requests=10000/10m"),
    ("GET", "/behaviours", "which of Exchange's ways are followed"),
    ("PUT", "/behaviours", "follow or leave some; the body is JSON: {\"display-name\": false}"),
    ("GET", "/clock", "the present moment"),
    ("POST", "/clock/advance", "move a virtual clock on; the body is JSON: {\"seconds\": 600}"),
    ("GET", "/sign-in", "whether the authority consents by itself"),
    ("PUT", "/sign-in", "let it, or not; the body is JSON: {\"auto-approve\": true}"),
    ("POST", "/tokens/expire", "every token that was used so far has expired"),
    ("POST", "/delta/expire", "every delta and skip token that was given out so far is answered 410"),
    ("POST", "/settle", "what was cut off and is carried out later arrives now"),
];

/// An answer in JSON, or why not.
type Told = Result<Value, (StatusCode, String)>;

async fn answer(sandbox: &Sandbox, request: &Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path();
    let told = match Guard::of_programs().admit(request.uri(), request.headers()) {
        Ok(()) if request.extensions().get::<TooLarge>().is_some() => {
            Err((StatusCode::PAYLOAD_TOO_LARGE, "the body is too large".to_owned()))
        }
        Ok(()) => route(sandbox, request.method(), path, request.body()).await,
        Err((status, why)) => Err((status, why.to_owned())),
    };
    let (status, body) = match told {
        Ok(body) => (StatusCode::OK, body),
        Err((status, why)) => (status, json!({ "error": why })),
    };
    let mut answer = with_type(status, "application/json; charset=utf-8", Bytes::from(format!("{body:#}\n")));
    set(&mut answer, CACHE_CONTROL, "no-store");
    if status == StatusCode::METHOD_NOT_ALLOWED {
        set(&mut answer, ALLOW, &methods(path).join(", "));
    }
    answer
}

fn methods(path: &str) -> Vec<&'static str> {
    ROUTES.iter().filter(|(_, known, _)| *known == path).map(|(method, ..)| *method).collect()
}

async fn route(sandbox: &Sandbox, method: &Method, path: &str, body: &[u8]) -> Told {
    match (method.as_str(), path) {
        ("GET", "/") => {
            let rows = ROUTES.iter().map(|(method, path, what)| (format!("{method} {path}"), json!(what)));
            Ok(Value::Object(rows.collect()))
        }
        ("GET", "/log") => Ok(json!({ "entries": sandbox.log().iter().map(Entry::json).collect::<Value>() })),
        ("GET", "/faults") => Ok(sandbox.faults()),
        ("PUT", "/faults") => {
            sandbox.set_faults(Plan::parse(text(body)?).map_err(|error| bad(error.to_string()))?);
            Ok(sandbox.faults())
        }
        ("POST", "/reset") => {
            sandbox.restart_faults();
            Ok(sandbox.faults())
        }
        ("GET", "/limits") => Ok(limits(sandbox)),
        ("PUT", "/limits") => {
            sandbox.set_limits(text(body)?.parse().map_err(bad)?);
            Ok(limits(sandbox))
        }
        ("GET", "/behaviours") => Ok(behaviours(sandbox)),
        ("PUT", "/behaviours") => {
            switch(sandbox, &object(body)?)?;
            Ok(behaviours(sandbox))
        }
        ("GET", "/clock") => Ok(clock(sandbox)),
        ("POST", "/clock/advance") => advance(sandbox, &object(body)?).await,
        ("GET", "/sign-in") => Ok(sign_in(sandbox)),
        ("PUT", "/sign-in") => {
            let wanted = object(body)?.get(AUTO_APPROVE).and_then(Value::as_bool);
            sandbox.set_auto_approve(wanted.ok_or_else(|| bad(format!("{AUTO_APPROVE:?} is true or false")))?);
            Ok(sign_in(sandbox))
        }
        ("POST", "/tokens/expire") => Ok(json!({ "expired": sandbox.expire_tokens() })),
        ("POST", "/delta/expire") => {
            sandbox.expire_delta_tokens().map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
            Ok(clock(sandbox))
        }
        ("POST", "/settle") => {
            sandbox.settle().await;
            Ok(clock(sandbox))
        }
        _ if methods(path).is_empty() => Err((StatusCode::NOT_FOUND, "GET / says what can be asked for".into())),
        _ => Err((StatusCode::METHOD_NOT_ALLOWED, format!("{path} takes {}", methods(path).join(" and ")))),
    }
}

fn bad(what: String) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, what)
}

fn text(body: &[u8]) -> Result<&str, (StatusCode, String)> {
    std::str::from_utf8(body).map_err(|_| bad("the body is no text in UTF-8".into()))
}

fn object(body: &[u8]) -> Result<Map<String, Value>, (StatusCode, String)> {
    serde_json::from_slice(body).map_err(|error| bad(format!("the body is no JSON object: {error}")))
}

fn limits(sandbox: &Sandbox) -> Value {
    json!({ "limits": sandbox.limits().to_string() })
}

fn clock(sandbox: &Sandbox) -> Value {
    json!({ "now": sandbox.now().to_string() })
}

/// The authority's switch, called as on the command line.
const AUTO_APPROVE: &str = "auto-approve";

fn sign_in(sandbox: &Sandbox) -> Value {
    json!({ AUTO_APPROVE: sandbox.auto_approve() })
}

fn behaviours(sandbox: &Sandbox) -> Value {
    let followed = sandbox.behaviours();
    let rows = Behaviour::ALL.iter().map(|row| (row.name.to_owned(), followed.has(row.behaviour).into()));
    Value::Object(rows.collect())
}

/// Switches all that are named, or none if one is not known.
fn switch(sandbox: &Sandbox, wanted: &Map<String, Value>) -> Result<(), (StatusCode, String)> {
    let mut followed = sandbox.behaviours();
    for (name, on) in wanted {
        let known = || Behaviour::ALL.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
        let found = Behaviour::named(name);
        let behaviour = found.ok_or_else(|| bad(format!("{name:?} is no behaviour; known are {}", known())))?;
        let on = on.as_bool().ok_or_else(|| bad(format!("{name:?} is true or false")))?;
        followed = followed.with(behaviour, on);
    }
    sandbox.set_behaviours(followed);
    Ok(())
}

async fn advance(sandbox: &Sandbox, said: &Map<String, Value>) -> Told {
    let seconds = said.get("seconds").and_then(Value::as_f64);
    let by = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let by = by.ok_or_else(|| bad("say how far: {\"seconds\": 600}".into()))?;
    if sandbox.advance(by).await {
        Ok(clock(sandbox))
    } else {
        Err((StatusCode::CONFLICT, "the clock is the machine's; start with --clock virtual to move it".into()))
    }
}
