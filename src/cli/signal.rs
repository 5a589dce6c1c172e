//! Ctrl-C: the first one asks the job to stop, the second one ends it.

use std::future::{Future, pending};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[cfg(unix)]
use tokio::signal::unix;
#[cfg(windows)]
use tokio::signal::windows;

use crate::cli::args::Common;
use crate::cli::exit::{Exit, Failure, Stays};
use crate::cli::print;
use crate::disk::output;
use crate::remote::Clock;
use crate::remote::clock::System;

/// How long a job that may end at any moment has for it before it is ended: it may be waiting for standard input, or
/// for a server.
const GRACE: Duration = Duration::from_millis(500);

/// What a job wants to do when it is asked to stop.
pub(super) enum OnSignal {
    /// Finish what is under way: what was done stays.
    Finish,
    /// End at once, and leave that.
    EndSoon(Stays),
}

impl OnSignal {
    fn stays(&self) -> Stays {
        match self {
            OnSignal::Finish => Stays::Work,
            OnSignal::EndSoon(stays) => *stays,
        }
    }
}

/// A flag that becomes true when the user or the system wants the program to stop.
/// A program that ends without finishing its work removes the temporary files.
pub(super) fn interrupted(
    common: &Common,
    mut signals: Signals,
    then: OnSignal,
    temporary: Vec<PathBuf>,
) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let (raised, common) = (Arc::clone(&flag), *common);
    tokio::spawn(async move {
        signals.next().await;
        raised.store(true, Ordering::Relaxed);
        match then {
            OnSignal::Finish => {
                print::note(&common, "finishing what is under way; Ctrl-C again ends at once");
                signals.next().await;
            }
            OnSignal::EndSoon(_) => {
                let clock = System::start();
                tokio::select! {
                    () = signals.next() => {}
                    () = clock.sleep(GRACE) => {}
                }
            }
        }
        temporary.iter().for_each(|temporary| output::discard(temporary));
        end_now(then.stays(), common.quiet);
    });
    flag
}

#[expect(clippy::disallowed_methods, reason = "the user insists; whatever still blocks is not waited for")]
fn end_now(stays: Stays, quiet: bool) {
    if !quiet {
        Failure::interrupted(stays).error.iter().for_each(print::error);
    }
    std::process::exit(Exit::Interrupted as i32);
}

/// What asks the program to stop, from the moment it is listened for: none is missed, and none ends the program before
/// it can tidy up.
pub(super) struct Signals {
    #[cfg(unix)]
    heard: [Option<unix::Signal>; 2],
    #[cfg(windows)]
    heard: (Option<windows::CtrlC>, Option<windows::CtrlBreak>, Option<windows::CtrlClose>),
}

#[cfg(unix)]
impl Signals {
    /// Listens for Ctrl-C and SIGTERM from now on. What the system does not let be heard ends the program as ever.
    pub(super) fn listen() -> Self {
        let kinds = [unix::SignalKind::interrupt(), unix::SignalKind::terminate()];
        Self { heard: kinds.map(|kind| unix::signal(kind).ok()) }
    }

    /// Returns when the next one comes.
    pub(super) async fn next(&mut self) {
        let [interrupt, terminate] = &mut self.heard;
        tokio::select! {
            Some(()) = heard(interrupt.as_mut().map(unix::Signal::recv)) => {}
            Some(()) = heard(terminate.as_mut().map(unix::Signal::recv)) => {}
            else => pending().await,
        }
    }
}

#[cfg(windows)]
impl Signals {
    /// Listens for Ctrl-C, Ctrl-Break and the closing of the window from now on.
    pub(super) fn listen() -> Self {
        Self { heard: (windows::ctrl_c().ok(), windows::ctrl_break().ok(), windows::ctrl_close().ok()) }
    }

    /// Returns when the next one comes.
    pub(super) async fn next(&mut self) {
        let (ctrl_c, ctrl_break, ctrl_close) = &mut self.heard;
        tokio::select! {
            Some(()) = heard(ctrl_c.as_mut().map(windows::CtrlC::recv)) => {}
            Some(()) = heard(ctrl_break.as_mut().map(windows::CtrlBreak::recv)) => {}
            Some(()) = heard(ctrl_close.as_mut().map(windows::CtrlClose::recv)) => {}
            else => pending().await,
        }
    }
}

/// A signal that may not be listened for.
async fn heard(signal: Option<impl Future<Output = Option<()>>>) -> Option<()> {
    match signal {
        Some(signal) => signal.await,
        None => None,
    }
}
