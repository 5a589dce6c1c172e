//! An answer's body: whole, piece by piece, or broken off.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::Broken;
use super::line::Orders;
use crate::sandbox::clock::{Clock, Sleep, Waits};

/// A body on its way.
pub(super) struct Paced {
    /// What is still to be sent.
    rest: Bytes,
    /// How much of it is told in the head and never sent.
    missing: usize,
    /// The largest piece.
    chunk: usize,
    /// How long to wait between two pieces, by which clock.
    pause: Option<(Duration, Arc<dyn Clock>)>,
    sleep: Option<Sleep>,
    /// Whether a body that breaks off ends in a reset.
    reset: bool,
    /// Whether it is waited for that everything before the break is sent.
    watched: bool,
    orders: Arc<Orders>,
}

impl Paced {
    pub(super) fn whole(body: Bytes, orders: Arc<Orders>) -> Paced {
        Paced {
            rest: body,
            missing: 0,
            chunk: usize::MAX,
            pause: None,
            sleep: None,
            reset: false,
            watched: false,
            orders,
        }
    }

    /// In pieces, with a pause before each but the first.
    pub(super) fn slow(body: Bytes, orders: Arc<Orders>, chunk: usize, pause: (Duration, Arc<dyn Clock>)) -> Paced {
        Paced { chunk: chunk.max(1), pause: Some(pause), ..Paced::whole(body, orders) }
    }

    /// The first bytes alone, though the head tells the length of all.
    pub(super) fn cut(mut body: Bytes, orders: Arc<Orders>, bytes: usize, reset: bool) -> Paced {
        let missing = body.len().saturating_sub(bytes);
        body.truncate(bytes);
        Paced { missing, reset, ..Paced::whole(body, orders) }
    }

    /// Breaks off when everything before is sent. A break that came sooner would take that with it.
    fn break_off(&mut self, context: &Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if !self.watched {
            self.watched = true;
            self.orders.watch(context.waker());
            return Poll::Pending;
        }
        if !self.orders.sent(context.waker()) {
            return Poll::Pending;
        }
        if self.reset {
            self.orders.reset();
        }
        Poll::Ready(Some(Err(Broken)))
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(sleep) = &mut self.sleep {
            ready!(sleep.as_mut().poll(context));
            self.sleep = None;
        }
        if self.rest.is_empty() {
            return if self.missing > 0 { self.break_off(context) } else { Poll::Ready(None) };
        }
        let length = self.chunk.min(self.rest.len());
        let piece = self.rest.split_to(length);
        if !self.rest.is_empty() {
            self.sleep = self.pause.as_ref().map(|(pause, clock)| clock.sleep(*pause, Waits::Answer));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.missing == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact((self.rest.len() + self.missing) as u64)
    }
}
