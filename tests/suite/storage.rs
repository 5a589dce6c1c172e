//! The sandbox's store under the real binary: killed, filled, damaged, asked for by many at once.

mod full;
mod holders;
mod kill;
mod writers;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

use cardferry::sandbox::Dialect;
use serde_json::{Value, json};

use crate::cli::Stage;
use crate::sandbox::{dialect_name, jpeg, spelled};

/// A running server. Dropped, it is killed.
struct Server {
    child: Child,
    address: String,
    // It is not done with it when it has told its URL.
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// Starts one on the stage's own store, and waits until it has told its URL.
    fn start(stage: &Stage) -> Server {
        let mut command = stage.command();
        command.args(["sandbox", "serve", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        match Server::of(child) {
            Ok(server) => server,
            Err(mut child) => panic!("the server ended with {:?}", child.wait()),
        }
    }

    /// The server that a process is once it has told its URL, or the process.
    fn of(mut child: Child) -> Result<Server, Child> {
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        match line.strip_prefix("Microsoft Graph v1.0:") {
            Some(url) => {
                let address = url.trim().trim_start_matches("http://").trim_end_matches("/v1.0").to_owned();
                Ok(Server { child, address, _out: out })
            }
            None => Err(child),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection that is kept alive, and what it speaks.
struct Client {
    stream: BufReader<TcpStream>,
    dialect: Dialect,
}

/// Status and body.
type Answer = (u16, Vec<u8>);

impl Client {
    fn new(address: &str, dialect: Dialect) -> io::Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Client { stream: BufReader::new(stream), dialect })
    }

    /// Sends a request and reads its whole answer; an answer that breaks off is an error.
    fn send(&mut self, method: &str, path: &str, kind: &str, body: &[u8]) -> io::Result<Answer> {
        let head = format!(
            "{method} {}{path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer t\r\ncontent-type: {kind}\r\n\
             content-length: {}\r\n\r\n",
            self.dialect.base(),
            body.len()
        );
        self.stream.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        let (mut status, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            if !line.ends_with('\n') {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            match (status, line.strip_prefix("content-length:")) {
                (None, _) => status = Some(line.split(' ').nth(1).unwrap().parse().unwrap()),
                (_, Some(value)) => length = value.trim().parse().unwrap(),
                _ if line.is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((status.unwrap(), body))
    }

    /// Sends a contact's properties, which are Graph's; answers what comes back under Graph's names.
    fn put(&mut self, method: &str, path: &str, graph: Value) -> io::Result<(u16, Shown)> {
        let body = spelled(self.dialect, graph).to_string();
        let (status, body) = self.send(method, path, "application/json", body.as_bytes())?;
        let body: Value = serde_json::from_slice(&body).unwrap();
        Ok((status, Shown::read(self.dialect, &body)))
    }

    fn create(&mut self, name: &str) -> io::Result<Shown> {
        let (status, shown) = self.put("POST", "/me/contacts", json!({"givenName": name, "mobilePhone": "0"}))?;
        assert_eq!(status, 201);
        Ok(shown)
    }

    fn update(&mut self, id: &str, phone: &str) -> io::Result<Shown> {
        let (status, shown) = self.put("PATCH", &format!("/me/contacts/{id}"), json!({"mobilePhone": phone}))?;
        assert_eq!(status, 200);
        Ok(shown)
    }

    fn set_photo(&mut self, id: &str, width: u16) -> io::Result<()> {
        let path = format!("/me/contacts/{id}/photo/$value");
        let (status, _) = self.send("PUT", &path, "image/jpeg", &jpeg(width, 7))?;
        assert_eq!(status, 200);
        Ok(())
    }

    fn photo(&mut self, id: &str) -> Option<Vec<u8>> {
        let path = format!("/me/contacts/{id}/photo/$value");
        let (status, body) = self.send("GET", &path, "", b"").unwrap();
        assert!(matches!(status, 200 | 404), "{status}");
        (status == 200).then_some(body)
    }

    fn delete(&mut self, id: &str) -> io::Result<()> {
        let (status, _) = self.send("DELETE", &format!("/me/contacts/{id}"), "", b"")?;
        assert_eq!(status, 204);
        Ok(())
    }

    /// Everything in the default folder, by id, read page by page.
    fn listing(&mut self) -> BTreeMap<String, Shown> {
        let (mut all, mut count) = (BTreeMap::new(), 0);
        let mut next = Some("/me/contacts?$top=100".to_owned());
        while let Some(path) = next {
            let (status, body) = self.send("GET", &path, "", b"").unwrap();
            assert_eq!(status, 200);
            let page: Value = serde_json::from_slice(&body).unwrap();
            let contacts = page["value"].as_array().unwrap();
            count += contacts.len();
            let shown = contacts.iter().map(|contact| Shown::read(self.dialect, contact));
            all.extend(shown.map(|shown| (shown.id.clone(), shown)));
            let base = format!("http://localhost{}", self.dialect.base());
            next = page["@odata.nextLink"].as_str().map(|link| link.strip_prefix(&base).unwrap().to_owned());
        }
        assert_eq!(all.len(), count, "an id stands twice in the listing");
        all
    }
}

/// What a contact shows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    id: String,
    change_key: String,
    name: String,
    phone: String,
}

impl Shown {
    fn read(dialect: Dialect, body: &Value) -> Shown {
        let text = |name| body[dialect_name(dialect, name)].as_str().unwrap_or_default().to_owned();
        let [id, change_key, name, phone] = ["id", "changeKey", "givenName", "mobilePhone"].map(text);
        Shown { id, change_key, name, phone }
    }
}
