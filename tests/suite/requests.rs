//! Every request that the client can make, sent to the sandbox and held against the published description of Graph.

use bytes::Bytes;
use cardferry::formats::exchange::extended::{self, Marks, State};
use cardferry::formats::exchange::{self, Dialect};
use cardferry::model::identity::Keys;
use cardferry::model::{Contact, Email};
use cardferry::remote::api::{Expand, FolderId, Place, Query, contacts, folders, photos};
use cardferry::remote::{Endpoint, Owner};
use cardferry::sandbox::Sandbox;
use http::{Method, Request, StatusCode, header};
use serde_json::{Map, Value};

use crate::openapi::OpenApi;
use crate::sandboxed;

/// A client and the server it speaks to.
struct Talk {
    sandbox: Sandbox,
    endpoint: Endpoint,
    sent: usize,
}

impl Talk {
    fn new(sandbox: &Sandbox, dialect: Dialect, owner: Owner) -> Self {
        let endpoint = Endpoint::parse("http://localhost", Some(dialect), owner).unwrap();
        Self { sandbox: sandbox.clone(), endpoint, sent: 0 }
    }

    /// Sends a request, expects a status, and holds both against the description where it is Graph's.
    async fn send(&mut self, request: Request<Bytes>, expected: StatusCode) -> Bytes {
        self.sent += 1;
        let (method, url) = (request.method().clone(), request.uri().to_string());
        let sent =
            Some(request.body()).filter(|body| !body.is_empty()).and_then(|body| serde_json::from_slice(body).ok());
        let mut request = request;
        request.headers_mut().insert(header::AUTHORIZATION, "Bearer any".parse().unwrap());
        let answer = self.sandbox.handle(request).await;
        let said = String::from_utf8_lossy(answer.body());
        assert_eq!(answer.status(), expected, "{method} {url}: {said}");
        if self.endpoint.dialect == Dialect::Graph
            && let Some(api) = OpenApi::load()
        {
            let url = url.strip_prefix(self.endpoint.base()).unwrap();
            let answered: Option<Value> = serde_json::from_slice(answer.body()).ok();
            api.check_request(method.as_str(), url, sent.as_ref())
                .unwrap_or_else(|why| panic!("{method} {url}: {why}"));
            let checked = api.check_answer(method.as_str(), url, expected.as_u16(), answered.as_ref());
            checked.unwrap_or_else(|why| panic!("{method} {url}: {why}"));
        }
        answer.into_body()
    }

    async fn id(&mut self, request: Request<Bytes>) -> String {
        let body = self.send(request, StatusCode::CREATED).await;
        let made: Map<String, Value> = serde_json::from_slice(&body).unwrap();
        made[self.endpoint.dialect.pick(("id", "Id"))].as_str().unwrap().to_owned()
    }

    /// Everything that can be done with the contacts of a place.
    async fn contacts(&mut self, place: &Place) {
        let endpoint = self.endpoint.clone();
        let dialect = endpoint.dialect;
        let (body, key) = contact(dialect);
        let id = self.id(contacts::create(&endpoint, place, &body)).await;
        let select = vec![dialect.pick(("id", "Id")), dialect.pick(("displayName", "DisplayName"))];
        let queries = [
            Query::default(),
            Query { select: select.clone(), top: Some(999), skip: Some(0), ..Query::default() },
            Query { expand: Expand(exchange::all_extended()), ..Query::default() },
        ];
        for query in &queries {
            self.send(contacts::list(&endpoint, place, query), StatusCode::OK).await;
        }
        let found = self.send(contacts::find(&endpoint, place, extended::KEY, &key, &queries[0]), StatusCode::OK).await;
        let found: Value = serde_json::from_slice(&found).unwrap();
        assert_eq!(found["value"].as_array().unwrap().len(), 1, "found by its key");
        for query in [Query::default(), Query { select, ..Query::default() }, queries[2].clone()] {
            self.send(contacts::get(&endpoint, place, &id, &query), StatusCode::OK).await;
        }
        self.send(contacts::update(&endpoint, place, &id, &body), StatusCode::OK).await;
        self.photo(place, &id).await;
        self.send(contacts::delete(&endpoint, place, &id), StatusCode::NO_CONTENT).await;
        self.send(contacts::delete(&endpoint, place, &id), StatusCode::NOT_FOUND).await;
    }

    async fn photo(&mut self, place: &Place, id: &str) {
        let endpoint = self.endpoint.clone();
        self.send(photos::metadata(&endpoint, place, id), StatusCode::NOT_FOUND).await;
        self.send(photos::bytes(&endpoint, place, id), StatusCode::NOT_FOUND).await;
        let picture =
            Bytes::from_static(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9");
        for method in [Method::PUT, Method::PATCH] {
            let set = photos::set(&endpoint, place, id, method, "image/jpeg", picture.clone());
            self.send(set, StatusCode::OK).await;
            self.send(photos::metadata(&endpoint, place, id), StatusCode::OK).await;
            assert_eq!(self.send(photos::bytes(&endpoint, place, id), StatusCode::OK).await, picture);
        }
    }

    /// Creates a folder in a place, and does with folders what can be done.
    async fn folders(&mut self, place: &Place, name: &str) -> Place {
        let endpoint = self.endpoint.clone();
        let id = self.id(folders::create(&endpoint, place, name)).await;
        self.send(folders::create(&endpoint, place, name), StatusCode::CONFLICT).await;
        self.send(folders::list(&endpoint, place, &Query { top: Some(100), ..Query::default() }), StatusCode::OK).await;
        let mut below = place.clone();
        below.0.push(FolderId(id));
        self.send(folders::get(&endpoint, &below), StatusCode::OK).await;
        below
    }
}

/// A contact with something of every kind, and its key.
fn contact(dialect: Dialect) -> (Map<String, Value>, String) {
    let mut contact = Contact { uid: "u1".into(), hobby: "chess".into(), ..Contact::default() };
    contact.name.given = "Ada".into();
    contact.emails.push(Email { address: "ada@example.com".into(), label: "boat".into(), ..Email::default() });
    let written = exchange::write(&contact, dialect);
    let state = State { content: written.content, photo: None, run: "r".into(), changed_by: None };
    let key = Keys::default().next(&contact, 0).key;
    (written.json(Some(&Marks { key, state })), key.to_string())
}

#[tokio::test]
async fn every_request_is_one_that_the_service_documents() {
    for dialect in [Dialect::Graph, Dialect::Outlook] {
        let directory = tempfile::tempdir().unwrap();
        let sandbox = sandboxed::sandbox(directory.path());
        for owner in [Owner::Me, Owner::User(sandbox.upn().to_owned())] {
            let name = format!("{owner:?}");
            let mut talk = Talk::new(&sandbox, dialect, owner);
            talk.contacts(&Place::default()).await;
            let top = talk.folders(&Place::default(), &format!("Clients {name}")).await;
            talk.contacts(&top).await;
            let below = talk.folders(&top, "R&D / 100% 'quoted' #1?").await;
            talk.contacts(&below).await;
            let deep = talk.folders(&below, "Дети").await;
            talk.contacts(&deep).await;
            assert!(talk.sent >= 70, "only {} requests", talk.sent);
        }
    }
}
