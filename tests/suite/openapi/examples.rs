//! Requests made from Graph's own OpenAPI description: every operation, with a body that its schema asks for.

use serde_json::{Map, Value, json};

use super::OpenApi;

/// An operation of the description.
pub(crate) struct Operation {
    /// In upper case.
    pub(crate) method: String,
    /// The path with its keys in braces.
    pub(crate) path: String,
    /// Whether bytes are sent, and no JSON.
    pub(crate) bytes: bool,
    /// The JSON that is sent.
    pub(crate) body: Option<Value>,
    /// The query options it takes.
    pub(crate) options: Vec<String>,
}

/// Members that no request sends, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    ("id", "made by the service"),
    ("changeKey", "made by the service"),
    ("createdDateTime", "made by the service"),
    ("lastModifiedDateTime", "made by the service"),
    ("height", "made by the service"),
    ("width", "made by the service"),
    ("parentFolderId", "moves, and needs the id of a folder that is there"),
    ("photo", "has a URL of its own"),
    ("contacts", "folders are made empty"),
    ("childFolders", "folders are made empty"),
    ("primaryEmailAddress", "in the schema since 2026; nobody says what it does"),
    ("secondaryEmailAddress", "in the schema since 2026; nobody says what it does"),
    ("tertiaryEmailAddress", "in the schema since 2026; nobody says what it does"),
];

/// The extension that is there when another request changes it.
pub(crate) const OLD: &str = "Com.Contoso.Old";

impl OpenApi {
    /// Every operation.
    pub(crate) fn operations(&self) -> Vec<Operation> {
        let mut found = Vec::new();
        for (path, item) in self.document["paths"].as_object().unwrap() {
            for method in ["get", "post", "put", "patch", "delete"] {
                let Some(operation) = item.get(method) else { continue };
                let content = operation.pointer("/requestBody/content").and_then(Value::as_object);
                let json = content.and_then(|content| content.get("application/json"));
                found.push(Operation {
                    method: method.to_uppercase(),
                    path: path.clone(),
                    bytes: content.is_some() && json.is_none(),
                    body: json.map(|json| self.example(&json["schema"], method == "post")),
                    options: self
                        .parameters(operation, item)
                        .filter(|name| name.starts_with('$'))
                        .map(str::to_owned)
                        .collect(),
                });
            }
        }
        found
    }

    /// A value that fits a schema. Extensions are sent with what is new alone.
    fn example(&self, schema: &Value, new: bool) -> Value {
        let schema = self.resolve(schema);
        if let Some(choices) = schema.get("anyOf").and_then(Value::as_array) {
            return self.example(&choices[0], new);
        }
        if let Some(known) = self.property(schema, new) {
            return known;
        }
        match (schema["type"].as_str(), schema["format"].as_str()) {
            (Some("array"), _) => json!([self.example(&schema["items"], new)]),
            (Some("string"), Some("date-time")) => json!("1990-05-06T11:59:00Z"),
            (Some("string"), _) => json!("Text"),
            (Some("boolean"), _) => json!(true),
            (Some("integer" | "number"), _) => json!(1),
            _ => self.object(schema, new),
        }
    }

    /// Extended properties and extensions are known by an id that has a form of its own.
    fn property(&self, schema: &Value, new: bool) -> Option<Value> {
        if self.is_open(schema) {
            let name = if new { "Com.Contoso.New" } else { OLD };
            return Some(json!({
                "@odata.type": "microsoft.graph.openTypeExtension", "extensionName": name, "dealValue": 1,
            }));
        }
        let titled = |title: &str| {
            let mut parts = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
            parts.any(|part| part["title"] == title)
        };
        if titled("singleValueLegacyExtendedProperty") {
            return Some(json!({"id": "String 0x3A24", "value": "Text"}));
        }
        titled("multiValueLegacyExtendedProperty").then(|| json!({"id": "StringArray 0x3A25", "value": ["Text"]}))
    }

    fn object(&self, schema: &Value, new: bool) -> Value {
        let mut known = Vec::new();
        self.properties(schema, &mut known);
        let sent = known.into_iter().filter(|(name, _)| {
            !name.contains('@') && (new || *name != "extensions") && LEFT_OUT.iter().all(|(left, _)| left != name)
        });
        Value::Object(sent.map(|(name, schema)| (name.to_owned(), self.example(schema, new))).collect::<Map<_, _>>())
    }
}
