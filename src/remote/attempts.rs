//! How many requests a piece of work takes.

use std::cell::Cell;

tokio::task_local! {
    /// Requests of the work that is under way, where somebody counts them.
    static SENT: Cell<u32>;
}

/// Does the work, and counts the requests that it sends: those that are sent again, too.
pub async fn counted<V>(work: impl Future<Output = V>) -> (V, u32) {
    let counting = async {
        let done = work.await;
        (done, SENT.with(Cell::get))
    };
    SENT.scope(Cell::new(0), counting).await
}

/// A request is sent.
pub(super) fn count() {
    // Nobody need count.
    let _ = SENT.try_with(|sent| sent.set(sent.get().saturating_add(1)));
}
