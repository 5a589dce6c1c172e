//! Pictures from photo links, over real sockets and TLS: what is brought, and what is never reached.

#[cfg(feature = "cli")]
mod jobs;
pub mod server;

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use cardferry::remote::fetch::{Bounds, Fetcher, Guard, NotFetched};
use pretty_assertions::assert_eq;
use server::{JPEG, NAME, Patient, Server, Stub, Wire, redirect, send};

/// What a fetch of one path of this server gives.
async fn fetch(
    path: &str,
    answers: impl Fn(&str, &mut Wire) -> io::Result<()> + Send + Sync + 'static,
) -> Result<Vec<u8>, NotFetched> {
    let server = Server::start(answers);
    server.fetcher().fetch(&server.link(path)).await
}

#[tokio::test]
async fn a_picture_comes_and_nothing_but_the_request_goes() {
    let server = Server::start(|_, wire| send(wire, 200, "set-cookie: a=b\r\ncontent-type: text/html\r\n", JPEG));
    let fetcher = server.fetcher();
    for _ in 0..2 {
        assert_eq!(fetcher.fetch(&server.link("/a%20b?c=d#e")).await.unwrap(), JPEG);
    }
    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    for head in asked {
        let (first, headers) = head.split_once('\n').unwrap();
        assert_eq!(first, "GET /a%20b?c=d HTTP/1.1");
        let mut names: Vec<_> = headers.lines().map(|line| line.split(':').next().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "host", "user-agent"], "no cookie, no token, no Referer, no compression");
    }
}

#[tokio::test]
async fn redirects_are_followed_up_to_a_limit() {
    let answers = |path: &str, wire: &mut Wire| match path.trim_start_matches('/').parse::<u32>() {
        Ok(0) => send(wire, 200, "", JPEG),
        Ok(left) => redirect(wire, &format!("/{}", left - 1)),
        Err(_) => redirect(wire, path),
    };
    let server = Server::start(answers);
    assert_eq!(server.fetcher().fetch(&server.link("/5")).await.unwrap(), JPEG);
    assert_eq!(server.asked().len(), 6);
    for path in ["/6", "/circle"] {
        let server = Server::start(answers);
        assert_eq!(server.fetcher().fetch(&server.link(path)).await, Err(NotFetched::Redirects(5)));
        assert_eq!(server.asked().len(), 6, "{path}");
    }
}

#[tokio::test]
async fn a_redirect_leads_nowhere_that_a_link_may_not() {
    for (to, says) in [
        ("http://pictures.example/a.jpg", "only https"),
        ("file:///etc/passwd", "only https"),
        ("https://127.0.0.2/a.jpg", "this machine"),
        ("https://[::1]/a.jpg", "this machine"),
        ("https://10.0.0.1/a.jpg", "private"),
        ("https://169.254.169.254/latest/meta-data", "metadata"),
        ("https://pictures.example:1/a.jpg", "port 443"),
        ("https://me:secret@pictures.example/a.jpg", "password"),
        ("https://", "no URL"),
    ] {
        let why = fetch("/", move |_, wire| redirect(wire, to)).await.unwrap_err().to_string();
        assert!(why.contains("redirect") && why.contains(says) && !why.contains("secret"), "{to}: {why}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_name_is_held_to_the_name_s_address() {
    let server = Server::start(|_, wire| redirect(wire, "https://inner.example/a.jpg"));
    let names = Arc::new(Stub::of(&[&["127.0.0.1"], &["192.168.1.1"]]));
    let fetcher = Fetcher::new(Guard { names, ..server.guard() }, Bounds::default(), Patient::default()).unwrap();
    let why = fetcher.fetch(&server.link("/")).await.unwrap_err();
    assert_eq!(why.to_string(), "after a redirect: it leads to 192.168.1.1, a private address (RFC 1918)");
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let page = b"<!doctype html><title>Sign in</title>";
    for (status, headers, body, why) in [
        (200, "content-type: image/jpeg\r\n", page.as_slice(), NotFetched::NoPicture),
        (200, "content-type: image/svg+xml\r\n", b"<svg/>", NotFetched::NoPicture),
        (200, "content-encoding: gzip\r\n", b"\x1f\x8b\x08\x00and so on", NotFetched::NoPicture),
        (200, "", b"", NotFetched::NoPicture),
        (404, "", JPEG, NotFetched::Status(404)),
        (403, "", JPEG, NotFetched::Status(403)),
        (206, "", JPEG, NotFetched::Status(206)),
        (500, "", JPEG, NotFetched::Status(500)),
        (302, "", JPEG, NotFetched::Status(302)),
    ] {
        let fetched = fetch("/", move |_, wire| send(wire, status, headers, body)).await;
        assert_eq!(fetched, Err(why), "{status} {headers:?}");
    }
}

/// Sends a body that never ends, in pieces, each of which is begun so and ended so.
fn endless(wire: &mut Wire, headers: &str, before: &str, after: &str) -> io::Result<()> {
    write!(wire, "HTTP/1.1 200 X\r\n{headers}\r\n{before}")?;
    wire.write_all(JPEG)?;
    wire.write_all(&vec![b'.'; 0x10000 - JPEG.len()])?;
    loop {
        write!(wire, "{after}{before}")?;
        wire.write_all(&[b'.'; 0x10000])?;
    }
}

#[tokio::test]
async fn a_body_has_a_limit_whatever_its_headers_say() {
    let most = Bounds::default().bytes;
    let too_large = Err(NotFetched::TooLarge(most));
    assert_eq!(fetch("/", |_, wire| endless(wire, "", "", "")).await, too_large);
    let chunked = |_: &str, wire: &mut Wire| endless(wire, "transfer-encoding: chunked\r\n", "10000\r\n", "\r\n");
    assert_eq!(fetch("/", chunked).await, too_large);
    let promised = move |_: &str, wire: &mut Wire| {
        write!(wire, "HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", most + 1)?;
        wire.flush()?;
        wire.read(&mut [0]).map(drop)
    };
    assert_eq!(fetch("/", promised).await, too_large, "and not one byte of it was waited for");
    let whole = [JPEG, &vec![b'.'; most - JPEG.len()]].concat();
    let sent = whole.clone();
    let fetched = fetch("/", move |_, wire| send(wire, 200, "", &sent)).await.unwrap();
    assert!(fetched == whole, "the largest picture comes whole");
}

#[tokio::test]
async fn no_byte_beyond_the_promised_ones_is_taken() {
    let fetched = fetch("/", |_, wire| endless(wire, "content-length: 12\r\n", "", "")).await.unwrap();
    assert_eq!(fetched, JPEG[..12]);
}

#[tokio::test]
async fn a_picture_that_is_cut_off_is_none() {
    let less = |_: &str, wire: &mut Wire| {
        write!(wire, "HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n")?;
        wire.write_all(JPEG)
    };
    let gone = |_: &str, wire: &mut Wire| {
        write!(wire, "HTTP/1.1 200 X\r\nconnection: close\r\n\r\n")?;
        wire.write_all(JPEG)?;
        wire.flush()?;
        Err(io::Error::other("no farewell"))
    };
    for fetched in [fetch("/", less).await, fetch("/", gone).await] {
        assert!(matches!(fetched, Err(NotFetched::Broken(_))), "{fetched:?}");
    }
}

#[tokio::test]
async fn time_has_a_limit() {
    for head in ["", "HTTP/1.1 200 X\r\n", "HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n\u{7f}"] {
        let clock = Patient::default();
        let over = Arc::clone(&clock.0);
        let server = Server::start(move |_, wire| {
            wire.write_all(head.as_bytes())?;
            wire.flush()?;
            over.notify_one();
            // Until the client hangs up.
            wire.read(&mut [0]).map(drop)
        });
        let fetcher = Fetcher::new(server.guard(), Bounds::default(), clock).unwrap();
        let fetched = fetcher.fetch(&server.link("/")).await;
        assert_eq!(fetched, Err(NotFetched::TimedOut(Duration::from_secs(30))), "{head:?}");
    }
}

#[tokio::test]
async fn a_connection_that_does_not_come_about_has_a_limit_of_its_own() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let guard = Guard {
        allowed: vec![silent.local_addr().unwrap()],
        names: Arc::new(Stub::always(&["127.0.0.1"])),
        ..Guard::default()
    };
    let bounds = Bounds { connect: Duration::from_millis(20), ..Bounds::default() };
    let fetcher = Fetcher::new(guard, bounds, Patient::default()).unwrap();
    let link = format!("https://{NAME}:{}/", silent.local_addr().unwrap().port());
    let why = fetcher.fetch(&link).await.unwrap_err();
    assert!(matches!(&why, NotFetched::Broken(what) if what.contains("timed out")), "{why}");
}

#[tokio::test]
async fn a_certificate_must_be_trusted_and_of_that_name() {
    let server = Server::start(|_, wire| send(wire, 200, "", JPEG));
    let unknown = Guard { roots: Vec::new(), ..server.guard() };
    let fetcher = Fetcher::new(unknown, Bounds::default(), Patient::default()).unwrap();
    let other = format!("https://other.example:{}/", server.address.port());
    for why in [fetcher.fetch(&server.link("/")).await, server.fetcher().fetch(&other).await] {
        assert!(matches!(&why, Err(NotFetched::Broken(what)) if what.contains("certificate")), "{why:?}");
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn a_name_leads_to_public_addresses_alone() {
    for (addresses, says) in [
        (["127.0.0.1"].as_slice(), "this machine"),
        (&["10.0.0.1", "::1", "fd00::1"], "private"),
        (&["::ffff:169.254.169.254"], "IPv4 address in"),
        (&[], "has no address"),
    ] {
        let guard = Guard { names: Arc::new(Stub::always(addresses)), ..Guard::default() };
        let fetcher = Fetcher::new(guard, Bounds::default(), Patient::default()).unwrap();
        let why = fetcher.fetch("https://pictures.example/a.jpg").await.unwrap_err().to_string();
        assert!(why.contains(says), "{addresses:?}: {why}");
    }
    let guard = Guard { names: Arc::new(Stub::of(&[])), ..Guard::default() };
    let fetcher = Fetcher::new(guard, Bounds::default(), Patient::default()).unwrap();
    assert_eq!(fetcher.fetch("https://pictures.example/a.jpg").await, Err(NotFetched::NoAddress));
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_caught() {
    let server = Server::start(|_, wire| send(wire, 200, "", JPEG));
    let names = Arc::new(Stub::of(&[&["127.0.0.1"], &["10.0.0.1"]]));
    let guard = Guard { names: names.clone(), ..server.guard() };
    let fetcher = Fetcher::new(guard, Bounds::default(), Patient::default()).unwrap();
    assert_eq!(fetcher.fetch(&server.link("/")).await.unwrap(), JPEG);
    assert_eq!(names.asked(), 1, "the connection goes to the address that was checked");
    let why = fetcher.fetch(&server.link("/")).await.unwrap_err();
    assert!(matches!(why, NotFetched::Address { .. }), "{why}");
    assert_eq!((names.asked(), server.asked().len()), (2, 1));
}

#[tokio::test]
async fn the_default_reaches_nothing_on_this_machine() {
    let server = Server::start(|_, wire| send(wire, 200, "", JPEG));
    let port = server.address.port();
    let links = ["127.0.0.1", "localhost", "[::1]", "2130706433"].map(|host| format!("https://{host}:{port}/"));
    let strict = Guard { roots: server.guard().roots, ..Guard::default() };
    // As if only the port were another one.
    let port_only = Guard { allowed: vec![(Ipv4Addr::BROADCAST, port).into()], ..strict.clone() };
    for (guard, says) in [(strict, "port 443"), (port_only, "this machine itself")] {
        let fetcher = Fetcher::new(guard, Bounds::default(), Patient::default()).unwrap();
        for link in &links {
            let why = fetcher.fetch(link).await.unwrap_err().to_string();
            assert!(why.contains(says), "{link}: {why}");
        }
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn a_host_that_fails_again_and_again_is_left_in_peace() {
    let server = Server::start(|path, wire| match path {
        "/gone" => send(wire, 404, "", b""),
        "/a.jpg" => send(wire, 200, "", JPEG),
        _ => send(wire, 429, "", b""),
    });
    let fetcher = server.fetcher();
    let mut ends = Vec::new();
    for path in ["/x", "/x", "/a.jpg", "/x", "/x", "/gone", "/x", "/x", "/x", "/x", "/a.jpg"] {
        ends.push(match fetcher.fetch(&server.link(path)).await {
            Ok(_) => "ok".to_owned(),
            Err(NotFetched::Status(status)) => status.to_string(),
            Err(NotFetched::GivenUp) => "given up".to_owned(),
            Err(why) => panic!("{why}"),
        });
    }
    let expected = ["429", "429", "ok", "429", "429", "404", "429", "429", "429", "given up", "given up"];
    assert_eq!(ends, expected, "what the host answers properly ends the row");
    assert_eq!(server.asked().len(), 9);
}
