//! The sandbox over a socket: the same answers, by HTTP/1.1 on the loopback interface.
//!
//! HTTP itself is hyper's; the connection below it is ours ([`line`]), so that an answer can break off or come slowly
//! as the faults say, and so that a client that sends its head or body without end is not waited for without end.

mod body;
mod line;
mod tls;

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::clock::Clock;
use super::error::ODataError;
use super::guard::Guard;
use super::request::with_type;
use super::{Delivery, Sandbox};
use body::Paced;
use line::{Line, Orders};
use tls::Identity;

/// The largest request body (documented: 4 MB for each request).
pub(super) const MAX_BODY: usize = 4 * 1024 * 1024;
/// The longest URL, from the path on.
pub(super) const MAX_URL: usize = 16 * 1024;
/// The most that all headers may hold; tokens are long.
pub(super) const MAX_HEADERS: usize = 64 * 1024;
/// The most headers.
const MOST_HEADERS: usize = 100;
/// How long requests in flight may go on after the server was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of a body that is too large is read before the connection is closed on it.
const DRAINED: usize = 16 * MAX_BODY;

/// Marks a request whose body was too large.
#[derive(Debug, Clone, Copy)]
pub(super) struct TooLarge;

/// How long clients may take and how many there may be, so that none holds up the others.
#[derive(Debug, Clone, Copy)]
pub struct Sockets {
    /// How long a connection may be idle, and how long a request's head may take to come.
    pub head: Duration,
    /// The longest silence within a request's body.
    pub silence: Duration,
    /// How long a request's body may take in all.
    pub body: Duration,
    /// How long a client may take nothing of an answer.
    pub stall: Duration,
    /// How many connections are served at once; others wait.
    pub connections: usize,
}

impl Default for Sockets {
    fn default() -> Sockets {
        let [head, silence, body, stall] = [75, 30, 300, 60].map(Duration::from_secs);
        Sockets { head, silence, body, stall, connections: 1000 }
    }
}

/// A bound socket whose URL is announced beside the store.
pub struct Server {
    sandbox: Sandbox,
    listener: TcpListener,
    url: String,
    sockets: Sockets,
    guard: Guard,
    secure: Option<Secure>,
}

/// A second socket, with TLS.
struct Secure {
    listener: TcpListener,
    url: String,
    identity: Identity,
}

impl Server {
    /// Binds `127.0.0.1:port`, any free port for 0, and announces the URL to other processes.
    ///
    /// # Errors
    /// When the port is taken, or the URL cannot be written beside the store.
    pub async fn bind(sandbox: Sandbox, port: u16) -> io::Result<Server> {
        Server::bind_to(sandbox, (Ipv4Addr::LOCALHOST, port).into()).await
    }

    /// Binds an address that others may reach too, any free port of it for 0, and announces the URL to other processes
    /// of this machine.
    ///
    /// # Errors
    /// When the address is not this machine's or the port is taken, or the URL cannot be written beside the store.
    pub async fn bind_to(sandbox: Sandbox, address: SocketAddr) -> io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        let url = format!("http://{}", from_here(bound));
        sandbox.inner.lock.announce(&url)?;
        Ok(Server { sandbox, listener, url, sockets: Sockets::default(), guard: Guard::default(), secure: None })
    }

    /// The same, and over TLS on another port of the same address too, any free one for 0. `names` are host names that
    /// the certificate has beside this machine's own.
    ///
    /// # Errors
    /// When the port is taken, or no certificate can be made.
    pub async fn secured(self, port: u16, names: &[String]) -> io::Result<Server> {
        let ip = self.listener.local_addr()?.ip();
        let listener = TcpListener::bind((ip, port)).await?;
        let url = format!("https://{}", from_here(listener.local_addr()?));
        let secure = Some(Secure { listener, url, identity: Identity::new(ip, names)? });
        Ok(Server { secure, ..self })
    }

    /// Where it answers over TLS, and the certificate, in PEM, that clients have to trust for that.
    pub fn secure(&self) -> Option<(&str, &str)> {
        self.secure.as_ref().map(|secure| (secure.url.as_str(), secure.identity.certificate.as_str()))
    }

    /// The same, answering to these host names too.
    #[must_use]
    pub fn named(self, hosts: &[String]) -> Server {
        Server { guard: Guard::new(hosts), ..self }
    }

    /// The same with other bounds for its clients.
    #[must_use]
    pub fn bounded(self, sockets: Sockets) -> Server {
        Server { sockets, ..self }
    }

    /// What it serves.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// `http://127.0.0.1:port`, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Serves until `shutdown` resolves, then finishes the requests in flight, carries out what is still on its way,
    /// and withdraws the URL.
    ///
    /// # Errors
    /// When the URL cannot be withdrawn.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let (sandbox, guard) = (self.sandbox.clone(), Arc::new(self.guard));
        let service = move |request: Request<Bytes>| {
            let (sandbox, guard) = (sandbox.clone(), Arc::clone(&guard));
            async move {
                match guard.admit(request.uri(), request.headers()) {
                    Ok(()) => sandbox.show_or_send(request).await,
                    Err((status, why)) => Delivery::Whole(with_type(status, "text/plain", format!("{why}\n").into())),
                }
            }
        };
        let shutdown = shutdown.shared();
        let plain = Socket { listener: self.listener, tls: None, bounds: self.sockets };
        let plain = serve(plain, self.sandbox.clone(), shutdown.clone(), service.clone());
        let secure = async {
            if let Some(Secure { listener, identity, .. }) = self.secure {
                let socket = Socket { listener, tls: Some(identity.acceptor), bounds: self.sockets };
                serve(socket, self.sandbox.clone(), shutdown, service).await;
            }
        };
        tokio::join!(plain, secure);
        self.sandbox.settle().await;
        self.sandbox.inner.lock.withdraw()
    }
}

/// Where clients of this machine reach a socket: whoever listens on all addresses is reached here by the loopback one.
fn from_here(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

/// A socket that is listened on.
pub(super) struct Socket {
    pub(super) listener: TcpListener,
    /// What is spoken below HTTP, if anything.
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) bounds: Sockets,
}

/// Serves a socket until `shutdown` resolves, and then the requests in flight to their end.
pub(super) async fn serve<S, F>(socket: Socket, sandbox: Sandbox, shutdown: impl Future<Output = ()> + Send, service: S)
where
    S: Fn(Request<Bytes>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Delivery> + Send,
{
    let Socket { listener, tls, bounds: sockets } = socket;
    let (stop, stopping) = watch::channel(false);
    let places = Arc::new(Semaphore::new(sockets.connections));
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            (place, accepted) = accept(&listener, &places) => match accepted {
                Ok((stream, _)) => {
                    let server = Connection { sandbox: sandbox.clone(), tls: tls.clone(), sockets, service: service.clone() };
                    let stopping = stopping.clone();
                    connections.spawn(async move {
                        server.run(stream, stopping).await;
                        drop(place);
                    });
                }
                // No descriptors are left, or the like: that passes.
                Err(_) => drop(timeout(Duration::from_millis(100), std::future::pending::<()>()).await),
            },
            Some(_) = connections.join_next() => {}
            () = &mut shutdown => break,
        }
    }
    drop(listener);
    let _ = stop.send(true);
    // A client that never finishes its request must not keep the server alive for ever.
    let _ = timeout(PATIENCE, async { while connections.join_next().await.is_some() {} }).await;
}

/// The next connection, when there is a place for it.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (Option<OwnedSemaphorePermit>, io::Result<(TcpStream, SocketAddr)>) {
    // The semaphore is never closed.
    let place = Arc::clone(places).acquire_owned().await.ok();
    (place, listener.accept().await)
}

/// What serves one connection.
struct Connection<S> {
    sandbox: Sandbox,
    tls: Option<TlsAcceptor>,
    sockets: Sockets,
    service: S,
}

impl<S, F> Connection<S>
where
    S: Fn(Request<Bytes>) -> F + Sync,
    F: Future<Output = Delivery> + Send,
{
    async fn run(&self, stream: TcpStream, stopping: watch::Receiver<bool>) {
        // Without it the tail of a large answer waits for the client's delayed acknowledgement.
        let _ = stream.set_nodelay(true);
        let orders = Arc::new(Orders::default());
        let line = Line::new(stream, Arc::clone(&orders), self.sockets.stall);
        match &self.tls {
            None => self.talk(line, orders, stopping).await,
            // Who does not get that far has had no answer.
            Some(tls) => {
                if let Ok(Ok(line)) = timeout(self.sockets.head, tls.accept(line)).await {
                    self.talk(line, orders, stopping).await;
                }
            }
        }
    }

    async fn talk<L>(&self, line: L, orders: Arc<Orders>, mut stopping: watch::Receiver<bool>)
    where
        L: AsyncRead + AsyncWrite + Unpin,
    {
        let line = TokioIo::new(line);
        let service = service_fn(|request| self.answer(request, Arc::clone(&orders)));
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(self.sockets.head);
        // Who has sent all may close that half of the connection, and still waits for the answer.
        builder.half_close(true);
        builder.max_headers(MOST_HEADERS).max_buf_size(2 * (MAX_URL + MAX_HEADERS));
        let mut connection = pin!(builder.serve_connection(line, service));
        // That a connection breaks is its client's affair, or ours on purpose.
        tokio::select! {
            _ = connection.as_mut() => return,
            _ = stopping.wait_for(|stopping| *stopping) => connection.as_mut().graceful_shutdown(),
        }
        let _ = connection.await;
    }

    async fn answer(&self, request: Request<Incoming>, orders: Arc<Orders>) -> Result<Response<Paced>, Broken> {
        let (mut head, body) = request.into_parts();
        if self.tls.is_some() {
            head.uri = tls::whole(head.uri, &head.headers);
        }
        let delivery = match timeout(self.sockets.body, read(body, self.sockets.silence)).await {
            Ok(Ok(body)) => (self.service)(Request::from_parts(head, body)).await,
            Ok(Err(Bad::TooLarge)) => {
                head.extensions.insert(TooLarge);
                (self.service)(Request::from_parts(head, Bytes::new())).await
            }
            Ok(Err(Bad::Broken)) => self.gone(
                head,
                StatusCode::BAD_REQUEST,
                "The request body broke off, or is not framed as HTTP/1.1 has it.",
            ),
            Ok(Err(Bad::TooSlow)) | Err(_) => {
                self.gone(head, StatusCode::REQUEST_TIMEOUT, "The request body took too long.")
            }
        };
        paced(delivery, orders, &self.sandbox.inner.settings.clock)
    }

    /// The refusal of a request whose body never came whole, and the end of its connection.
    fn gone(&self, head: http::request::Parts, status: StatusCode, message: &'static str) -> Delivery {
        let error = ODataError::new(status, "BadRequest", message);
        let mut refusal = self.sandbox.inner.refuse(&Request::from_parts(head, Bytes::new()), error);
        refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        Delivery::Whole(refusal)
    }
}

/// Why there is no answer: the connection is dropped then.
#[derive(Debug, thiserror::Error)]
#[error("the connection is broken on purpose")]
struct Broken;

/// How a delivery goes out on a connection.
fn paced(delivery: Delivery, orders: Arc<Orders>, clock: &Arc<dyn Clock>) -> Result<Response<Paced>, Broken> {
    match delivery {
        Delivery::Whole(answer) => Ok(answer.map(|body| Paced::whole(body, orders))),
        Delivery::Slow { answer, chunk, pause } => {
            Ok(answer.map(|body| Paced::slow(body, orders, chunk, (pause, Arc::clone(clock)))))
        }
        Delivery::Cut { answer, bytes, reset } => Ok(answer.map(|body| Paced::cut(body, orders, bytes, reset))),
        Delivery::Closed => Err(Broken),
        Delivery::Reset => {
            orders.reset();
            Err(Broken)
        }
    }
}

/// Why a body is not read to its end.
#[derive(Debug)]
enum Bad {
    TooLarge,
    TooSlow,
    /// It broke off, or is no body as HTTP frames it: it must not be taken for a whole one.
    Broken,
}

/// Reads a body up to the limit. What is over it is read and dropped for a while: a client that is still sending when
/// the connection closes sees a reset, and not the refusal.
async fn read<B>(body: B, silence: Duration) -> Result<Bytes, Bad>
where
    B: Body<Data = Bytes>,
{
    let mut body = pin!(body);
    let (mut kept, mut seen) = (Vec::new(), 0);
    let mut frame = async || {
        let next = std::future::poll_fn(|context| body.as_mut().poll_frame(context));
        timeout(silence, next).await.map_err(|_| Bad::TooSlow)
    };
    while let Some(frame) = frame().await? {
        let Ok(data) = frame.map_err(|_| Bad::Broken)?.into_data() else { continue };
        seen += data.len();
        if seen <= MAX_BODY {
            kept.extend_from_slice(&data);
        } else if seen > DRAINED {
            break;
        }
    }
    if seen > MAX_BODY { Err(Bad::TooLarge) } else { Ok(Bytes::from(kept)) }
}
