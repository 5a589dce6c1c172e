//! Ctrl-C: the first one asks the job to stop, the second one ends it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::cli::exit::Exit;

/// A flag that becomes true when the user or the system wants the program to stop.
pub(super) fn interrupted() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    tokio::spawn(async move {
        asked().await;
        raised.store(true, Ordering::Relaxed);
        asked().await;
        end_now();
    });
    flag
}

#[expect(clippy::disallowed_methods, reason = "the user insists; whatever still blocks is not waited for")]
fn end_now() {
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
