//! Ctrl-C: the first one asks the job to stop, the second one ends it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::cli::args::Common;
use crate::cli::exit::{Exit, Failure};
use crate::cli::print;
use crate::disk::output;
use crate::remote::Clock;
use crate::remote::clock::System;

/// How long a job that may end at any moment has for it before it is ended: it may be waiting for standard input, or
/// for a server.
const GRACE: Duration = Duration::from_millis(500);

/// What a job wants to do when it is asked to stop.
pub(super) enum OnSignal {
    /// Finish what is under way.
    Finish,
    /// End; all that is to do is to remove the temporary file.
    EndSoon(Option<PathBuf>),
}

/// A flag that becomes true when the user or the system wants the program to stop.
pub(super) fn interrupted(common: &Common, then: OnSignal) -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let (raised, common) = (Arc::clone(&flag), *common);
    tokio::spawn(async move {
        asked().await;
        raised.store(true, Ordering::Relaxed);
        match then {
            OnSignal::Finish => {
                print::note(&common, "finishing what is under way; Ctrl-C again ends at once");
                asked().await;
            }
            OnSignal::EndSoon(temporary) => {
                let clock = System::start();
                tokio::select! {
                    () = asked() => {}
                    () = clock.sleep(GRACE) => {}
                }
                temporary.iter().for_each(|temporary| output::discard(temporary));
            }
        }
        end_now();
    });
    flag
}

#[expect(clippy::disallowed_methods, reason = "the user insists; whatever still blocks is not waited for")]
fn end_now() {
    Failure::interrupted().error.iter().for_each(print::error);
    std::process::exit(Exit::Interrupted as i32);
}

/// Returns when the user presses Ctrl-C or the system asks the program to end.
#[cfg(unix)]
pub(super) async fn asked() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}

/// Returns when the user presses Ctrl-C.
#[cfg(not(unix))]
pub(super) async fn asked() {
    // Without a handler the system ends the program itself.
    let _ = tokio::signal::ctrl_c().await;
}
