//! The sandbox over a socket: the same answers, by HTTP/1.1 on the loopback interface.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::serve::ListenerExt;
use bytes::Bytes;
use http::{Request, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::Sandbox;

/// The largest request body (documented: 4 MB for each request).
pub const MAX_BODY: usize = 4 * 1024 * 1024;
/// The longest URL, from the path on.
pub(super) const MAX_URL: usize = 16 * 1024;
/// The most that all headers may hold; tokens are long.
pub(super) const MAX_HEADERS: usize = 64 * 1024;
/// How long requests in flight may go on after the server was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of a body that is too large is read before the connection is closed on it.
const DRAINED: usize = 16 * MAX_BODY;

/// Marks a request whose body was too large, or broke off.
#[derive(Debug, Clone, Copy)]
pub(super) struct TooLarge;

/// A bound socket whose URL is announced beside the store.
pub struct Server {
    sandbox: Sandbox,
    listener: TcpListener,
    url: String,
}

impl Server {
    /// Binds `127.0.0.1:port`, any free port for 0, and announces the URL to other processes.
    ///
    /// # Errors
    /// When the port is taken, or the URL cannot be written beside the store.
    pub async fn bind(sandbox: Sandbox, port: u16) -> io::Result<Server> {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        let url = format!("http://{}", listener.local_addr()?);
        sandbox.inner.lock.announce(&url)?;
        Ok(Server { sandbox, listener, url })
    }

    /// `http://127.0.0.1:port`, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Serves until `shutdown` resolves, then finishes the requests in flight and withdraws the URL.
    ///
    /// # Errors
    /// When the socket fails, or the URL cannot be withdrawn.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let router = Router::new().fallback(answer).with_state(self.sandbox.clone());
        let (stop, stopping) = watch::channel(false);
        let stopped = async move {
            shutdown.await;
            let _ = stop.send(true);
        };
        // Without it the tail of a large answer waits for the client's delayed acknowledgement.
        let listener = self.listener.tap_io(|connection| drop(connection.set_nodelay(true)));
        let serving = axum::serve(listener, router).with_graceful_shutdown(stopped);
        // A client that never finishes its request must not keep the server alive for ever.
        tokio::select! {
            served = serving => served?,
            () = patience(stopping) => {}
        }
        self.sandbox.inner.lock.withdraw()
    }
}

/// Resolves when requests in flight have had their time after the stop.
async fn patience(mut stopping: watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
    let _ = tokio::time::timeout(PATIENCE, std::future::pending::<()>()).await;
}

async fn answer(State(sandbox): State<Sandbox>, request: Request<Body>) -> Response<Body> {
    let (mut head, body) = request.into_parts();
    let body = read(body).await.unwrap_or_else(|too_large| {
        head.extensions.insert(too_large);
        Bytes::new()
    });
    sandbox.handle(Request::from_parts(head, body)).await.map(Body::from)
}

/// Reads a body up to the limit. What is over it is read and dropped for a while: a client that is still sending when
/// the connection closes sees a reset, and not the refusal.
async fn read(mut body: Body) -> Result<Bytes, TooLarge> {
    let (mut kept, mut seen) = (Vec::new(), 0);
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        // A body that breaks off comes from a client that is gone; it must not be taken for a whole one.
        let Ok(data) = frame.map_err(|_| TooLarge)?.into_data() else { continue };
        seen += data.len();
        if seen <= MAX_BODY {
            kept.extend_from_slice(&data);
        } else if seen > DRAINED {
            break;
        }
    }
    if seen > MAX_BODY { Err(TooLarge) } else { Ok(Bytes::from(kept)) }
}
