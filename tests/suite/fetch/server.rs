//! A picture server on this machine: real sockets, real TLS, and manners as bad as a test wants.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cardferry::remote::Clock;
use cardferry::remote::fetch::{Bounds, Fetcher, Found, Guard, Names};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tokio::sync::Notify;

/// The server's name; its certificate is made for it.
pub const NAME: &str = "pictures.example";
/// The beginning of a JPEG, which is all that tells one.
pub const JPEG: &[u8] = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and so on";

/// An encrypted connection.
pub type Wire = StreamOwned<ServerConnection, TcpStream>;
/// Answers a request for a path. An error ends the connection at once, as a crash would.
type Answers = dyn Fn(&str, &mut Wire) -> io::Result<()> + Send + Sync;

/// A running server. Dropped, it ends.
pub struct Server {
    pub address: SocketAddr,
    root: Vec<u8>,
    asked: Arc<Mutex<Vec<String>>>,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(answers: impl Fn(&str, &mut Wire) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        let root = made.cert.der().to_vec();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let ring = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(ring).with_safe_default_protocol_versions().unwrap();
        let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, asked, ending) = (listener.local_addr().unwrap(), Arc::default(), Arc::default());
        let serving = Serving { config: Arc::new(config), asked: Arc::clone(&asked), answers: Arc::new(answers) };
        let over = Arc::clone(&ending);
        let thread = Some(thread::spawn(move || serving.run(&listener, &over)));
        Self { address, root, asked, ending, thread }
    }

    /// A guard that lets this server through, and has its name.
    pub fn guard(&self) -> Guard {
        let names = Arc::new(Stub::always(&["127.0.0.1"]));
        Guard { allowed: vec![self.address], roots: vec![self.root.clone()], names }
    }

    /// A fetcher that reaches this server and never loses patience.
    pub fn fetcher(&self) -> Fetcher<Patient> {
        Fetcher::new(self.guard(), Bounds::default(), Patient::default()).unwrap()
    }

    pub fn link(&self, path: &str) -> String {
        format!("https://{NAME}:{}{path}", self.address.port())
    }

    /// The heads of all requests so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
        self.thread.take().into_iter().for_each(|thread| thread.join().unwrap());
    }
}

#[derive(Clone)]
struct Serving {
    config: Arc<ServerConfig>,
    asked: Arc<Mutex<Vec<String>>>,
    answers: Arc<Answers>,
}

impl Serving {
    fn run(self, listener: &TcpListener, ending: &AtomicBool) {
        for stream in listener.incoming() {
            if ending.load(Ordering::Relaxed) {
                return;
            }
            let (serving, stream) = (self.clone(), stream.unwrap());
            // That a client hangs up is its right.
            thread::spawn(move || serving.answer(stream).unwrap_or_default());
        }
    }

    /// One request a connection.
    fn answer(&self, stream: TcpStream) -> io::Result<()> {
        let connection = ServerConnection::new(Arc::clone(&self.config)).map_err(io::Error::other)?;
        let mut wire = StreamOwned::new(connection, stream);
        let mut lines = BufReader::new(&mut wire).lines();
        let mut head = Vec::new();
        while let Some(line) = lines.next().transpose()?.filter(|line| !line.is_empty()) {
            head.push(line);
        }
        drop(lines);
        let path = head.first().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
        self.asked.lock().unwrap().push(head.join("\n"));
        (self.answers)(&path, &mut wire)?;
        wire.conn.send_close_notify();
        wire.flush()
    }
}

/// Sends a whole answer: a status, further headers each with its line end, a body.
pub fn send(wire: &mut Wire, status: u16, headers: &str, body: &[u8]) -> io::Result<()> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
    wire.write_all(head.as_bytes())?;
    wire.write_all(body)?;
    wire.flush()
}

/// Sends a redirect.
pub fn redirect(wire: &mut Wire, to: &str) -> io::Result<()> {
    send(wire, 302, &format!("location: {to}\r\n"), b"elsewhere")
}

/// Answers for any name: line by line, and the last line from then on. No line at all is an unknown name.
pub struct Stub {
    lines: Mutex<VecDeque<Vec<IpAddr>>>,
    asked: Mutex<usize>,
}

impl Stub {
    pub fn of(lines: &[&[&str]]) -> Self {
        let line = |line: &&[&str]| line.iter().map(|address| address.parse().unwrap()).collect();
        Self { lines: Mutex::new(lines.iter().map(line).collect()), asked: Mutex::default() }
    }

    pub fn always(line: &[&str]) -> Self {
        Self::of(&[line])
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }
}

impl Names for Stub {
    fn addresses(&self, _name: &str) -> Found {
        *self.asked.lock().unwrap() += 1;
        let mut lines = self.lines.lock().unwrap();
        let line = if lines.len() > 1 { lines.pop_front() } else { lines.front().cloned() };
        Box::pin(async move { line.ok_or_else(|| io::Error::other("no such name")) })
    }
}

/// A clock on which no time passes until it is told that the time is over.
#[derive(Default, Clone)]
pub struct Patient(pub Arc<Notify>);

impl Clock for Patient {
    fn now(&self) -> Duration {
        Duration::ZERO
    }

    fn unix(&self) -> u64 {
        0
    }

    async fn sleep(&self, _time: Duration) {
        self.0.notified().await;
    }

    fn chance(&self) -> f64 {
        0.5
    }
}
