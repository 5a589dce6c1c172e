//! A sandbox behind a socket on the loopback, clients before it, and people to be created.

use std::path::Path;

use cardferry::formats::exchange::extended;
use cardferry::model::identity::Key;
use cardferry::remote::clock::System;
use cardferry::remote::gate::Limits;
use cardferry::remote::http::Http;
use cardferry::remote::{Endpoint, Mailbox, Owner, Token, Transport};
use cardferry::sandbox::{Opened, Sandbox, Server, Settings};
use serde_json::{Map, Value, json};
use tokio::runtime::Runtime;

/// Server and clients in one process, each connection kept alive.
pub struct Served {
    pub runtime: Runtime,
    url: String,
}

impl Served {
    /// Serves a mailbox without contacts, whose store is in a directory.
    pub fn new(directory: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let server = runtime.block_on(Server::bind(sandbox(directory), 0)).unwrap();
        let url = server.url().to_owned();
        drop(runtime.spawn(server.run(std::future::pending())));
        Self { runtime, url }
    }

    /// A client of its own connections.
    pub fn client(&self) -> Mailbox<Http, System> {
        mailbox(&self.url, Http::new().unwrap())
    }
}

/// A new store in a directory.
pub fn sandbox(directory: &Path) -> Sandbox {
    match Sandbox::open(&directory.join("sandbox.db"), Settings::default()).unwrap() {
        Opened::Here(sandbox) => sandbox,
        Opened::Elsewhere { .. } => panic!("a new store is locked"),
    }
}

/// A mailbox without limits at a server.
pub fn mailbox<T: Transport>(url: &str, transport: T) -> Mailbox<T, System> {
    let endpoint = Endpoint::parse(&format!("{url}/v1.0"), None, Owner::Me).unwrap();
    Mailbox::new(endpoint, transport, System::start(), Token::new("bench").unwrap(), Limits::NONE)
}

/// The body of a create with its key. Keys are hashes: neighbours in one order are none in the other.
pub fn person(at: usize) -> (Map<String, Value>, Key) {
    let key: Key =
        format!("{:032x}", (at as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)).parse().unwrap();
    let body = json!({
        "givenName": format!("Given {at}"),
        "surname": format!("Family {}", at % 1000),
        "emailAddresses": [{"address": format!("person{at}@example.com"), "name": format!("Person {at}")}],
        "businessPhones": [format!("+1 555 {at:07}")],
        "homeAddress": {"street": "1 Main St", "city": "Seattle", "postalCode": "98101"},
        "singleValueExtendedProperties": [{"id": extended::KEY, "value": key.to_string()}],
    });
    (body.as_object().unwrap().clone(), key)
}
