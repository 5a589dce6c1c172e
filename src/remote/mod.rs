//! One mailbox over HTTP. Imports `model` and `formats`.
//!
//! Requests and answers are values ([`api`]), what an answer says stands in one table ([`Class`]), what to do after it is
//! a pure decision ([`retry`]), the waiting and the permits are the [`gate`]'s, and [`Mailbox`] is the plain loop over
//! them. Whether contacts had better go one by one or in batches is [`Pace`]'s to say. Time and chance come from one
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
mod class;
mod endpoint;
mod error;
mod mailbox;
mod pace;
mod traffic;

pub use auth::{NoToken, Renewing, Token, TokenSource, Tokens};
pub use class::Class;
pub use clock::Clock;
pub use endpoint::{Endpoint, EndpointError, Owner};
pub use error::RemoteError;
pub use mailbox::{Changes, Created, Done, Mailbox, Operation, Pages, Step};
pub use pace::{Pace, Stride};
pub use traffic::{Flights, Traffic};
pub use transport::{Sent, Transport, TransportError};
