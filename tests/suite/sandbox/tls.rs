//! The sandbox over TLS: whom its certificate is for, and that what it answers leads back over TLS.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use cardferry::sandbox::Server;
use cardferry::sandbox::faults::Plan;
use pretty_assertions::assert_eq;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tokio::sync::oneshot;

use super::Bench;
use super::socket::{exchange, request};

/// Serves the bench's sandbox in both ways while `talk` runs with the plain address, the one over TLS and its client.
fn served(bench: &Bench, talk: impl AsyncFnOnce(&str, &str, Arc<ClientConfig>)) {
    bench.runtime.block_on(async {
        let server = Server::bind(bench.sandbox.clone(), 0).await.unwrap();
        let server = server.secured(0, &["sandbox.test".to_owned()]).await.unwrap();
        let server = server.named(&["sandbox.test".to_owned()]);
        let plain = server.url().trim_start_matches("http://").to_owned();
        let (url, certificate) = server.secure().unwrap();
        let (address, client) = (url.trim_start_matches("https://").to_owned(), trusting(certificate));
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async move {
            let _ = stopped.await;
        }));
        talk(&plain, &address, client).await;
        stop.send(()).unwrap();
        running.await.unwrap().unwrap();
        assert!(TcpStream::connect(&address).is_err(), "the server still listens");
    });
}

/// A client that trusts this certificate and no other.
fn trusting(certificate: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

/// What a server of this name answers over TLS until it ends the connection, or why there is nothing.
async fn secret(client: &Arc<ClientConfig>, address: &str, name: &str, path: &str) -> Result<String, String> {
    let (client, address) = (Arc::clone(client), address.to_owned());
    let port = address.rsplit_once(':').unwrap().1.to_owned();
    let sent = String::from_utf8(request("GET", path, "")).unwrap().replace("localhost:99", &format!("{name}:{port}"));
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let talk = move || {
        let session = ClientConnection::new(client, name).unwrap();
        let mut stream = StreamOwned::new(session, TcpStream::connect(address).unwrap());
        stream.write_all(sent.as_bytes()).map_err(|error| error.to_string())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    tokio::task::spawn_blocking(talk).await.unwrap()
}

#[test]
fn answers_lead_back_over_tls() {
    let bench = Bench::new();
    for name in ["Ada", "Bo"] {
        bench.contact(super::Dialect::Graph, "/me/contacts", serde_json::json!({"givenName": name}));
    }
    served(&bench, async |plain, address, client| {
        let port = address.rsplit_once(':').unwrap().1;
        for name in ["localhost", "127.0.0.1", "sandbox.test"] {
            let page = secret(&client, address, name, "/v1.0/me/contacts?$top=1").await.unwrap();
            assert!(page.starts_with("HTTP/1.1 200 ") && page.contains("\"givenName\":\"Ada\""), "{page}");
            let next = format!("\"@odata.nextLink\":\"https://{name}:{port}/v1.0/me/contacts?");
            assert!(page.contains(&next), "{page}");
            let known = secret(&client, address, name, "/common/v2.0/.well-known/openid-configuration").await.unwrap();
            let token = format!("\"token_endpoint\":\"https://{name}:{port}/common/oauth2/v2.0/token\"");
            assert!(known.contains(&token), "{known}");
        }
        assert!(secret(&client, address, "localhost", "/").await.unwrap().contains("<title>Contacts"));
        let page = exchange(plain, &request("GET", "/v1.0/me/contacts?$top=1", "")).await;
        assert!(page.contains("\"@odata.nextLink\":\"http://localhost:99/"), "{page}");
        let log = exchange(plain, &request("GET", "/log", "")).await;
        assert!(log.contains("title=\"/v1.0/me/contacts?$top=1\""), "{log}");
    });
}

#[test]
fn the_certificate_is_of_this_server_alone() {
    let (bench, other) = (Bench::new(), Bench::new());
    served(&bench, async |_, address, client| {
        let stranger = secret(&client, address, "evil.example", "/").await.unwrap_err();
        assert!(stranger.contains("not valid for name"), "{stranger}");
        let rebound = secret(&client, address, "sandbox.test", "/").await.unwrap();
        assert!(rebound.starts_with("HTTP/1.1 200 "), "{rebound}");
        // Who speaks plain HTTP there hears no answer in it, and holds up nobody.
        assert!(!exchange(address, &request("GET", "/", "")).await.contains("HTTP/1.1"));
        assert!(secret(&client, address, "localhost", "/").await.is_ok());
        let foreign = Server::bind(other.sandbox.clone(), 0).await.unwrap().secured(0, &[]).await.unwrap();
        let foreign = trusting(foreign.secure().unwrap().1);
        assert!(secret(&foreign, address, "localhost", "/").await.unwrap_err().contains("invalid peer certificate"));
    });
}

#[test]
fn what_breaks_on_purpose_breaks_over_tls_too() {
    let bench = Bench::new();
    served(&bench, async |_, address, client| {
        for (rule, expected) in [("lost", ""), ("cut,bytes=5", "\r\n\r\n{\"@od")] {
            let (what, more) = rule.split_once(',').unwrap_or((rule, ""));
            let plan = Plan::parse(&format!("[[fault]]\nwhat = \"{what}\"\ntimes = 1\n{more}")).unwrap();
            bench.sandbox.set_faults(plan);
            let answer = secret(&client, address, "localhost", "/v1.0/me/contacts").await;
            let answer = answer.unwrap_or_else(|why| why);
            let broken = answer.contains("close_notify") || answer.ends_with(expected);
            assert!(broken && !answer.contains("\"value\""), "{rule}: {answer}");
            let whole = secret(&client, address, "localhost", "/v1.0/me/contacts").await.unwrap();
            assert_eq!(whole.matches("\"value\":[]").count(), 1, "{whole}");
        }
    });
}
