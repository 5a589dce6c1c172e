//! Holds requests and answers of the Graph dialect against Graph's own OpenAPI description.
//!
//! The file is read from where `CARDFERRY_OPENAPI` points, else from beside the project; without it the checks say so
//! and pass. Three things are let go on purpose: `@odata.type` (marked required, and the service does not require it),
//! deeper `childFolders` than the file spells out, and the zone of an error's `date`, which the service leaves out.

pub(crate) mod examples;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

/// The description.
pub(crate) struct OpenApi {
    document: Value,
}

/// Where the file lies, relative to the project.
const BESIDE: &str = "../shared/reference/graph-contacts.openapi.yaml";

impl OpenApi {
    /// The description, read once; none where the file is missing.
    pub(crate) fn load() -> Option<&'static OpenApi> {
        static LOADED: OnceLock<Option<OpenApi>> = OnceLock::new();
        LOADED.get_or_init(OpenApi::read).as_ref()
    }

    fn read() -> Option<OpenApi> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join(BESIDE);
        let path = std::env::var_os("CARDFERRY_OPENAPI").map_or_else(beside, PathBuf::from);
        let Ok(text) = std::fs::read_to_string(&path) else {
            println!("no OpenAPI file at {}: Graph's shapes are not checked against it", path.display());
            return None;
        };
        Some(OpenApi { document: serde_saphyr::from_str(&text).unwrap() })
    }

    /// Checks a request: that the path and the method exist, the options are known, the body fits.
    /// `url` starts behind the version path.
    pub(crate) fn check_request(&self, method: &str, url: &str, body: Option<&Value>) -> Result<(), String> {
        let (operation, item) = self.operation(method, url)?;
        for name in option_names(url) {
            if !self.parameters(operation, item).any(|known| known == name) {
                return Err(format!("{method} {url}: the option {name} is not in the description"));
            }
        }
        let schema = operation.pointer("/requestBody/content/application~1json/schema");
        match (schema, body) {
            (Some(schema), Some(body)) => {
                self.fits(body, schema, "").map_err(|error| format!("{method} {url}: {error}"))
            }
            (None, Some(_)) => Err(format!("{method} {url}: the description knows no JSON body here")),
            (Some(_), None) => Err(format!("{method} {url}: the description wants a JSON body here")),
            (None, None) => Ok(()),
        }
    }

    /// Checks an answer's JSON, or that its absence is right.
    pub(crate) fn check_answer(
        &self,
        method: &str,
        url: &str,
        status: u16,
        body: Option<&Value>,
    ) -> Result<(), String> {
        let (operation, _) = self.operation(method, url)?;
        let responses = &operation["responses"];
        let class = format!("{}XX", status / 100);
        let response = responses.get(status.to_string()).or_else(|| responses.get(&class));
        let response = response.ok_or_else(|| format!("{method} {url}: status {status} is not in the description"))?;
        let content = self.resolve(response).get("content");
        let schema = content.and_then(|content| content.as_object()?.values().next()?.get("schema"));
        match (schema, body) {
            (Some(schema), Some(body)) => {
                self.fits(body, schema, "").map_err(|error| format!("{method} {url} {status}: {error}"))
            }
            (None, Some(_)) => Err(format!("{method} {url} {status}: the description knows no body here")),
            _ => Ok(()),
        }
    }

    fn operation(&self, method: &str, url: &str) -> Result<(&Value, &Value), String> {
        let segments = segments(url);
        let paths = self.document["paths"].as_object().unwrap();
        let matching = paths.iter().find(|(template, _)| matches(template, &segments));
        let (template, item) = matching.ok_or_else(|| format!("{url}: no such path in the description"))?;
        // Documented beside the OpenAPI file: "You can use either PATCH or PUT" for a photo.
        let method = if template.ends_with("/photo/$value") && method == "PATCH" { "PUT" } else { method };
        let operation = item.get(method.to_lowercase());
        operation.map(|operation| (operation, item)).ok_or_else(|| format!("{method} {template}: no such method"))
    }

    fn parameters<'a>(&'a self, operation: &'a Value, item: &'a Value) -> impl Iterator<Item = &'a str> {
        let lists = [operation, item].into_iter().filter_map(|one| one.get("parameters")?.as_array());
        lists.flatten().filter_map(|one| self.resolve(one)["name"].as_str())
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.document.pointer(reference.trim_start_matches('#')).unwrap(),
            None => value,
        }
    }

    /// Whether a value fits a schema: types, nullability, formats, and no property that the schema does not know.
    fn fits(&self, value: &Value, schema: &Value, at: &str) -> Result<(), String> {
        let schema = self.resolve(schema);
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            // The first choice is the type; the second says no more than that null will do.
            let null = value.is_null() && choices.iter().any(|one| self.resolve(one)["nullable"] == true);
            return if null { Ok(()) } else { self.fits(value, &choices[0], at) };
        }
        if value.is_null() {
            let nullable = schema["nullable"] == true;
            return if nullable { Ok(()) } else { Err(format!("{at} is null")) };
        }
        match value {
            Value::Object(members) => self.object_fits(members, schema, at),
            Value::Array(entries) => {
                let items = schema.get("items").ok_or_else(|| format!("{at} is a list and should not be"))?;
                entries
                    .iter()
                    .enumerate()
                    .try_for_each(|(index, entry)| self.fits(entry, items, &format!("{at}[{index}]")))
            }
            scalar => scalar_fits(scalar, schema, at),
        }
    }

    fn object_fits(&self, members: &serde_json::Map<String, Value>, schema: &Value, at: &str) -> Result<(), String> {
        let mut known = Vec::new();
        self.properties(schema, &mut known);
        if known.is_empty() {
            return if schema["type"] == "object" {
                Ok(())
            } else {
                Err(format!("{at} is an object and should not be"))
            };
        }
        for (name, value) in members {
            let here = format!("{at}.{name}");
            match known.iter().find(|(known, _)| known == name) {
                Some((_, schema)) => self.fits(value, schema, &here)?,
                None if name.contains('@') || self.is_open(schema) => {}
                None => return Err(format!("{here} is not in the description")),
            }
        }
        Ok(())
    }

    /// An open extension holds what its maker likes; the description names its base type alone.
    fn is_open(&self, schema: &Value) -> bool {
        let schema = self.resolve(schema);
        let parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
        schema["title"] == "extension" || parts.into_iter().any(|part| self.is_open(part))
    }

    fn properties<'a>(&'a self, schema: &'a Value, found: &mut Vec<(&'a str, &'a Value)>) {
        let schema = self.resolve(schema);
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.properties(part, found);
        }
        let own = schema.get("properties").and_then(Value::as_object);
        found.extend(own.into_iter().flatten().map(|(name, schema)| (name.as_str(), schema)));
    }
}

fn scalar_fits(value: &Value, schema: &Value, at: &str) -> Result<(), String> {
    let fits = match (schema["type"].as_str(), value) {
        (Some("string"), Value::String(text)) => {
            schema["format"] != "date-time" || at.ends_with("innerError.date") || is_moment(text)
        }
        (Some("integer" | "number"), Value::Number(_)) => true,
        (Some("boolean"), Value::Bool(_)) => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err(format!("{at} is {value}, and should be {}", schema["type"])) }
}

/// `2024-05-06T07:08:09Z`, with or without a fraction, as the description's pattern has it.
fn is_moment(text: &str) -> bool {
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let Some(rest) = shape.strip_prefix("0000-00-00T00:00:00") else { return false };
    let zone = rest.strip_prefix('.').map_or(rest, |fraction| fraction.trim_start_matches('0'));
    zone == "Z" || zone == "+00:00" || zone == "-00:00"
}

/// The path's segments with keys taken out of their parentheses, and repeated `childFolders/{id}` folded into one.
fn segments(url: &str) -> Vec<String> {
    let path = url.split('?').next().unwrap_or_default();
    let mut found: Vec<String> = Vec::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        match segment.split_once('(') {
            // A function's empty parentheses hold no key.
            Some((name, key)) if key != ")" => {
                found.extend([name.to_owned(), key.trim_end_matches(')').trim_matches('\'').to_owned()])
            }
            _ => found.push(segment.strip_prefix("microsoft.graph.").unwrap_or(segment).to_owned()),
        }
    }
    let children =
        |at: usize, found: &[String]| found.get(at).is_some_and(|name| name.eq_ignore_ascii_case("childFolders"));
    while let Some(at) = (0..found.len()).find(|at| children(*at, &found) && children(at + 2, &found)) {
        found.drain(at..at + 2);
    }
    found
}

fn matches(template: &str, segments: &[String]) -> bool {
    let wanted: Vec<&str> = template.split('/').filter(|segment| !segment.is_empty()).collect();
    wanted.len() == segments.len()
        && wanted.iter().zip(segments).all(|(wanted, found)| {
            wanted.starts_with('{') && !found.starts_with('$') || wanted.eq_ignore_ascii_case(found)
        })
}

fn option_names(url: &str) -> impl Iterator<Item = String> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split('=').next().unwrap_or_default().replace("%24", "$").to_lowercase())
}

#[test]
fn the_helper_tells_right_from_wrong() {
    let Some(api) = OpenApi::load() else { return };
    let contact = serde_json::json!({"givenName": "Ada", "birthday": "1815-12-10T11:59:00Z", "homePhones": ["1"], "homeAddress": {"city": "x"}});
    let post = |body: Value| api.check_request("POST", "/me/contacts", Some(&body));
    assert_eq!(post(contact), Ok(()));
    for wrong in [
        serde_json::json!({"GivenName": "Ada"}),
        serde_json::json!({"givenName": 5}),
        serde_json::json!({"birthday": "1815-12-10"}),
        serde_json::json!({"homePhones": "1"}),
        serde_json::json!({"homePhones": null}),
        serde_json::json!({"homeAddress": {"town": "x"}}),
        serde_json::json!({"emailAddresses": ["a@b.example"]}),
    ] {
        assert!(post(wrong.clone()).is_err(), "{wrong}");
    }
    let deep = "/users/x/contactFolders('a')/childFolders/b/childFolders/c/contacts/d?$select=id";
    assert_eq!(api.check_request("GET", deep, None), Ok(()));
    for (method, url) in [
        ("GET", "/me/contactz"),
        ("PUT", "/me/contacts"),
        ("GET", "/me/contacts?$tops=1"),
        ("GET", "/me/contacts/x?$top=1"),
    ] {
        assert!(api.check_request(method, url, None).is_err(), "{method} {url}");
    }
    let error = serde_json::json!({"error": {"code": "x", "message": "y"}});
    assert_eq!(api.check_answer("GET", "/me/contacts", 404, Some(&error)), Ok(()));
    assert!(api.check_answer("GET", "/me/contacts", 200, Some(&error)).is_err());
}
