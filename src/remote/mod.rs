//! One mailbox over HTTP. Imports `model` and `formats`.
//!
//! Requests and answers are values ([`api`]), what to do after an answer is a pure decision ([`retry`]), the waiting
//! and the permits are the [`gate`]'s, and [`Mailbox`] is the plain loop over the three. Time and chance come from one
//! [`Clock`], the network from one [`Transport`]. Beside it, [`fetch`] brings pictures from where photo links lead.

pub mod api;
pub mod attempts;
pub mod clock;
pub mod fetch;
pub mod gate;
pub mod http;
pub mod retry;
pub mod transport;

mod auth;
mod endpoint;
mod error;
mod mailbox;

pub use auth::Token;
pub use clock::Clock;
pub use endpoint::{Endpoint, EndpointError, Owner};
pub use error::RemoteError;
pub use mailbox::{Changes, Created, Done, Mailbox, Operation, Pages, Step};
pub use transport::{Sent, Transport, TransportError};
