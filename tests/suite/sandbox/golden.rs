//! One session in each dialect, word for word.

use std::fmt::Write;

use bytes::Bytes;
use cardferry::sandbox::Dialect;
use serde_json::{Value, json};

use super::{BOTH, Bench, Reply, dialect_name, jpeg, spelled};

/// A bench that writes down what goes over the wire.
struct Recorder {
    bench: Bench,
    dialect: Dialect,
    text: String,
}

impl Recorder {
    fn send(&mut self, method: &str, url: &str, body: Option<Value>) -> Reply {
        let body = body.map(|body| spelled(self.dialect, body));
        let reply = self.bench.send(self.dialect, method, url, body.as_ref());
        let sent = body.map_or_else(String::new, |body| format!("{body:#}\n"));
        self.note(method, url, &sent, &reply);
        reply
    }

    fn note(&mut self, method: &str, url: &str, sent: &str, reply: &Reply) {
        writeln!(self.text, "### {method} {}{url}\n{sent}### {}", self.dialect.base(), reply.status).unwrap();
        for name in ["content-type", "location", "www-authenticate"] {
            if let Some(value) = reply.header(name) {
                writeln!(self.text, "{name}: {value}").unwrap();
            }
        }
        match serde_json::from_slice::<Value>(&reply.body) {
            Ok(body) => writeln!(self.text, "{body:#}\n").unwrap(),
            Err(_) => writeln!(self.text, "{} bytes\n", reply.body.len()).unwrap(),
        }
    }

    fn id(&self, reply: &Reply) -> String {
        reply.json()[dialect_name(self.dialect, "id")].as_str().unwrap().to_owned()
    }
}

fn full() -> Value {
    json!({
        "categories": ["Friends"], "birthday": "1991-09-19T21:00:00.000Z", "fileAs": "Bansky, Pavel", "givenName": "Pavel",
        "initials": "P.B.", "middleName": "M.", "nickName": "Pasha", "surname": "Bansky", "title": "Dr.",
        "yomiGivenName": "yg", "yomiSurname": "ys", "yomiCompanyName": "yc", "generation": "III",
        "emailAddresses": [{"address": "pavelb@fabrikam.example", "name": "Pavel Bansky"}, {"address": "p@b.example"}],
        "imAddresses": ["sip:pavel"], "jobTitle": "Engineer", "companyName": "Fabrikam", "department": "R&D",
        "officeLocation": "18/2111", "profession": "Optics", "businessHomePage": "https://fabrikam.example",
        "assistantName": "A", "manager": "M", "homePhones": ["+1 732 555 0101"], "mobilePhone": "+1 732 555 0103",
        "businessPhones": ["+1 732 555 0102", "+1 732 555 0104"],
        "homeAddress": {"street": "Main 1", "city": "Redmond", "state": "WA", "countryOrRegion": "US", "postalCode": "98052"},
        "businessAddress": {"city": "Kirkland"}, "spouseName": "S", "personalNotes": "two\nlines", "children": ["C1", "C2", "C3"],
        "singleValueExtendedProperties": [{"id": "String 0x3A24", "value": "+1 732 555 0199"}],
    })
}

fn session(dialect: Dialect) -> String {
    let mut wire = Recorder { bench: Bench::new(), dialect, text: String::new() };
    let created = wire.send("POST", "/me/contacts", Some(full()));
    let id = wire.id(&created);
    wire.send("POST", "/me/contacts", Some(json!({"givenName": "Ada"})));
    wire.send("GET", &format!("/me/contacts/{id}"), None);
    let expand = dialect.pick_for_test(
        "singleValueExtendedProperties($filter=id eq 'String 0x3A24')",
        "SingleValueExtendedProperties($filter=PropertyId eq 'String 0x3A24')",
    );
    let select = [dialect_name(dialect, "displayName"), dialect_name(dialect, "mobilePhone")].join(",");
    wire.send("GET", &format!("/me/contacts/{id}?$select={select}&$expand={}", expand.replace(' ', "%20")), None);
    wire.send("GET", &format!("/me/contacts?$select={select}&$top=1"), None);
    wire.bench.clock.advance(60);
    wire.send(
        "PATCH",
        &format!("/me/contacts/{id}"),
        Some(json!({"surname": "B.", "homeAddress": {"city": "Oslo"}, "birthday": null})),
    );
    let url = format!("/me/contacts('{id}')/photo/$value");
    let reply = wire.bench.send_as(dialect, "PUT", &url, &[("content-type", "image/jpeg")], jpeg(103, 77));
    wire.note("PUT", &url, "(a JPEG of 103 by 77)\n", &reply);
    wire.send("GET", &format!("/me/contacts('{id}')/photo"), None);
    let reply = wire.bench.send_as(dialect, "GET", &url, &[], Bytes::new());
    wire.note("GET", &url, "", &reply);
    wire.send("GET", "/me/contactfolders", None);
    let folder = wire.send("POST", "/me/contactfolders", Some(json!({"displayName": "Finance"})));
    let folder = wire.id(&folder);
    wire.send("GET", "/me/contactfolders", None);
    wire.send("GET", &format!("/me/contactfolders/{folder}"), None);
    wire.send("GET", &format!("/me/contactfolders/{folder}/contacts"), None);
    wire.send("DELETE", &format!("/me/contacts/{id}"), None);
    wire.send("GET", &format!("/me/contacts/{id}"), None);
    wire.send("GET", "/me", None);
    wire.text
}

/// What differs between the dialects by more than spelling.
trait Pick {
    fn pick_for_test<'a>(&self, graph: &'a str, outlook: &'a str) -> &'a str;
}

impl Pick for Dialect {
    fn pick_for_test<'a>(&self, graph: &'a str, outlook: &'a str) -> &'a str {
        if *self == Dialect::Graph { graph } else { outlook }
    }
}

#[test]
fn a_session_goes_over_the_wire_word_for_word() {
    insta::with_settings!({snapshot_path => "../../golden/sandbox", prepend_module_to_snapshot => false, omit_expression => true}, {
        for dialect in BOTH {
            insta::assert_snapshot!(format!("session-{dialect:?}").to_lowercase(), session(dialect));
        }
    });
}
