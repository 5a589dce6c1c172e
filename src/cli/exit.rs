//! How the program ends.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::cli::args::Common;
use crate::pipeline::Totals;
use crate::remote::RemoteError;

/// The most characters of what a mailbox says that are shown.
const LONGEST_MESSAGE: usize = 300;

/// The documented exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Stopped by an error.
    Stopped = 1,
    /// Wrong usage.
    Usage = 2,
    /// Done, but some records were rejected or failed.
    Incomplete = 3,
    /// Values were lost, and `--strict` forbids that.
    Losses = 4,
    /// Not authorised.
    NotAuthorised = 5,
    /// Throttled or out of reach beyond patience: run again later.
    Unavailable = 6,
    /// There was nothing to do, and `--fail-empty` forbids that.
    Nothing = 7,
    /// A check found errors or warnings.
    Differences = 8,
    /// Refused by a safety limit.
    Refused = 9,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl Exit {
    /// Every exit code and what it means, in the order of the codes.
    pub const ALL: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "done"),
        (Exit::Stopped, "stopped by an error"),
        (Exit::Usage, "wrong usage"),
        (Exit::Incomplete, "done, but some records were rejected or failed"),
        (Exit::Losses, "losses under --strict"),
        (Exit::NotAuthorised, "not authorised"),
        (Exit::Unavailable, "unavailable beyond patience, run again later"),
        (Exit::Nothing, "nothing to do under --fail-empty"),
        (Exit::Differences, "check found errors or warnings"),
        (Exit::Refused, "refused by a safety limit"),
        (Exit::Interrupted, "interrupted"),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

impl Exit {
    /// The exit code of a job that came to its end: failures go before losses.
    pub(super) fn of(totals: &Totals, common: &Common) -> Self {
        match () {
            () if totals.has_failures() => Exit::Incomplete,
            () if common.fail_empty && totals.read == 0 => Exit::Nothing,
            () if common.strict && totals.lost() > 0 => Exit::Losses,
            () => Exit::Done,
        }
    }
}

/// An ending before the end: what to say, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    /// None when all has been said.
    pub(super) error: Option<anyhow::Error>,
    /// What was done has come to nothing, so that a count of it would say what is not so.
    pub(super) in_vain: bool,
}

/// What stays of a run that is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stays {
    /// All that was done; the same command does the rest.
    Work,
    /// What went out so far.
    Output,
    /// Nothing.
    Nothing,
}

impl Failure {
    pub(super) fn new(exit: Exit, error: impl fmt::Display) -> Self {
        Self::stopped_with(exit, anyhow::anyhow!("{error}"))
    }

    pub(super) fn stopped(error: anyhow::Error) -> Self {
        Self::stopped_with(Exit::Stopped, error)
    }

    fn stopped_with(exit: Exit, error: anyhow::Error) -> Self {
        Self { exit, error: Some(error), in_vain: false }
    }

    pub(super) fn usage(error: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, error)
    }

    /// Nothing more to say.
    pub(super) fn silent(exit: Exit) -> Self {
        Self { exit, error: None, in_vain: false }
    }

    /// The output cannot be written. Whoever closes a pipe has had enough, and knows it.
    pub(super) fn output(name: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::Interrupted => Self::interrupted(Stays::Output),
            io::ErrorKind::BrokenPipe => Self::silent(Exit::Stopped),
            _ => Self::new(Exit::Stopped, format!("{name}: cannot be written: {error}")),
        }
    }

    /// Not one contact came out of the inputs, and each trouble has been told; `done` is what was therefore not done.
    pub(super) fn nothing_arrived(totals: &Totals, done: &str) -> Self {
        match (totals.read, totals.failed_sources) {
            (0, 1) => Self::silent(Exit::Stopped),
            _ => Self::new(Exit::Stopped, format!("not one contact could be read; {done}")),
        }
    }

    pub(super) fn interrupted(stays: Stays) -> Self {
        let what = match stays {
            Stays::Work => "interrupted; run the same command again to go on",
            Stays::Output => "interrupted",
            Stays::Nothing => "interrupted; nothing was written",
        };
        Self::new(Exit::Interrupted, what)
    }

    /// What stops a run, with the mailbox's address as the user gave it and the way out.
    pub(super) fn remote(address: &str, error: &RemoteError) -> Self {
        let (exit, way_out) = match error {
            RemoteError::NotAuthorised(_) => {
                (Exit::NotAuthorised, "; check the token (--token-env) and its permissions")
            }
            RemoteError::Unavailable { connected: false, .. } => {
                (Exit::Unavailable, "; check the address, or run it again later")
            }
            RemoteError::Unavailable { .. } => (Exit::Unavailable, "; run it again later"),
            RemoteError::NoFolder { .. } => (Exit::Usage, ""),
            RemoteError::Answer { .. } => (Exit::Stopped, "; check the address"),
            // An answer without a code is not the service's own.
            RemoteError::Refused(error) if error.code.is_empty() => (Exit::Stopped, "; check the address"),
            RemoteError::Unusable(error) if error.status.is_redirection() => (Exit::Stopped, "; check the address"),
            _ => (Exit::Stopped, ""),
        };
        let mut said = error.to_string();
        // A server may answer a whole page in place of a message; the way out must stay in sight.
        if let Some((end, _)) = said.char_indices().nth(LONGEST_MESSAGE) {
            said.replace_range(end.., "…");
        }
        Self::new(exit, format!("{}: {said}{way_out}", shown(address)))
    }
}

/// An address for a message: without what may be secret in it, a password or a query.
pub(super) fn shown(address: &str) -> String {
    let bare = address.split(['?', '#']).next().unwrap_or_default();
    match bare.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}", rest.rsplit_once('@').map_or(rest, |(_, host)| host)),
        None => bare.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_no_secret() {
        for (address, text) in [
            ("sandbox", "sandbox"),
            ("https://graph.microsoft.com/v1.0", "https://graph.microsoft.com/v1.0"),
            ("https://me:secret@host/v1.0", "https://host/v1.0"),
            ("https://me:sec/ret@host/v1.0", "https://host/v1.0"),
            ("https://host/v1.0?token=secret", "https://host/v1.0"),
        ] {
            assert_eq!(shown(address), text);
        }
    }
}
