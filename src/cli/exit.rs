//! How the program ends.

use std::fmt;
use std::io;
use std::process::ExitCode;

use crate::cli::args::Common;
use crate::pipeline::Totals;
use crate::remote::RemoteError;

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
    /// Interrupted by the user.
    Interrupted = 130,
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
    pub(super) error: anyhow::Error,
}

impl Failure {
    pub(super) fn new(exit: Exit, error: impl fmt::Display) -> Self {
        Self { exit, error: anyhow::anyhow!("{error}") }
    }

    pub(super) fn stopped(error: anyhow::Error) -> Self {
        Self { exit: Exit::Stopped, error }
    }

    pub(super) fn usage(error: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, error)
    }

    /// The output cannot be written: nothing of it stays.
    pub(super) fn output(name: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::Interrupted {
            return Self::interrupted();
        }
        Self::new(Exit::Stopped, format!("{name}: cannot be written: {error}; what stood there before is unchanged"))
    }

    pub(super) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted; run the same command again to go on")
    }

    /// What stops a run, with the way out.
    pub(super) fn remote(error: &RemoteError) -> Self {
        match error {
            RemoteError::NotAuthorised(_) => {
                Self::new(Exit::NotAuthorised, format!("{error}; check the token (--token-env) and its permissions"))
            }
            RemoteError::Unavailable { .. } => Self::new(Exit::Unavailable, format!("{error}; run it again later")),
            _ => Self::new(Exit::Stopped, error),
        }
    }
}
