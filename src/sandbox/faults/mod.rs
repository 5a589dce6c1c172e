//! Faults on purpose: which requests meet them, and what happens then.
//!
//! A [`Plan`] is a list of rules with a seed. It is read from a file ([`Plan::parse`]) or a rule at a time from the
//! command line ([`Plan::add`]); both have the same words. Every rule that matches a request is asked in the order of
//! the plan: each latency that hits is waited for, and of the other faults the first that hits is the one that happens.
//!
//! Rules are about requests to the two APIs; what else the sandbox serves meets those alone that name its `path`.
//!
//! # What can go wrong
//!
//! | what | what happens | words of its own |
//! | --- | --- | --- |
//! | `latency` | the request waits before anything is done | `time`, `cap` |
//! | `error` | a status from 400 to 599 | `status`, `body`, `stored`, `retry-after` |
//! | `throttle` | 429 | `code`, `retry-after` |
//! | `quota` | 507: the mailbox is full | |
//! | `token` | the request's token expires: 401 to it and to whoever uses it from now on | |
//! | `lost` | it is carried out, then the connection is closed without an answer | |
//! | `late` | the connection is closed without an answer; it is carried out later | `after` |
//! | `reset` | the connection is reset (RST) without an answer | `stored` |
//! | `cut` | the answer's body breaks off before the end that its Content-Length tells | `bytes`, `reset` |
//! | `slow` | the answer's body comes piece by piece | `chunk`, `pause` |
//! | `dirt` | raw control characters stand in the strings of the answer's JSON | |
//!
//! # That runs repeat
//!
//! What is drawn depends on the seed, on the rule's place in the plan, and on the request itself: its method, path,
//! query and body, and how many equal ones came before. So it does not matter in which order four parallel clients'
//! requests arrive. With `by = "number"` it depends on how many requests the rule matched before instead, which repeats
//! for one client after another, even if its requests hold something that is new in every run. What is counted (`nth`,
//! `every`, `times`) is counted in the order in which requests arrive, whatever other rules do to them.

mod answer;
mod draw;
mod file;
mod plan;
mod read;
mod rule;

pub use file::FaultError;
pub use plan::Plan;
pub use rule::Kind;

pub(super) use answer::{dirty, refusal};
pub(super) use plan::Faults;
pub(super) use rule::{Body, Fault, Refusal, RetryAfter, Seen};
