//! A connection that can be told to break.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use hyper::rt::{Sleep, Timer};
use hyper_util::rt::TokioTimer;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What whoever answers tells the connection, and learns of it.
#[derive(Debug, Default)]
pub(super) struct Orders(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    reset: bool,
    /// Who waits until everything is sent.
    waiting: Option<Waker>,
    sent: bool,
}

impl Orders {
    /// When it ends, the connection is reset rather than closed: the client gets no end of the stream but an error.
    pub(super) fn reset(&self) {
        self.state().reset = true;
    }

    /// From now on it is watched whether everything is sent.
    pub(super) fn watch(&self, waker: &Waker) {
        let mut state = self.state();
        state.sent = false;
        state.waiting = Some(waker.clone());
    }

    /// Whether everything that was written before the last [`Orders::watch`] is sent.
    pub(super) fn sent(&self, waker: &Waker) -> bool {
        let mut state = self.state();
        state.waiting = Some(waker.clone());
        state.sent
    }

    fn flushed(&self) {
        let waiting = {
            let mut state = self.state();
            state.sent = true;
            state.waiting.take()
        };
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that does as it is told.
pub(super) struct Line {
    stream: TcpStream,
    orders: Arc<Orders>,
    /// How long the client may take nothing of what it is sent, and how long it has taken nothing already.
    stall: Duration,
    stalled: Option<Pin<Box<dyn Sleep>>>,
}

impl Line {
    pub(super) fn new(stream: TcpStream, orders: Arc<Orders>, stall: Duration) -> Line {
        Line { stream, orders, stall, stalled: None }
    }

    /// What became of writing, or that it has been waited for long enough.
    fn written(&mut self, wrote: Poll<io::Result<usize>>, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if wrote.is_ready() {
            self.stalled = None;
            return wrote;
        }
        let stalled = self.stalled.get_or_insert_with(|| TokioTimer::new().sleep(self.stall));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.orders.state().reset {
            // Closing without lingering resets the connection.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Line {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(wrote, context)
    }

    /// Whoever writes flushes when all it has is written.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.orders.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(wrote, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
