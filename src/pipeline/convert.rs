//! From files to a file.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::formats::{Outcome, Writer};
use crate::pipeline::{Ending, RecordReport, Records, Totals, Watcher};

/// Reads every record and writes every contact. What one source or record cannot give, the others still do.
///
/// # Errors
/// Only when the output cannot be written, or when `interrupted` becomes true ([`io::ErrorKind::Interrupted`]).
pub fn convert(
    records: &mut Records<'_>,
    writer: &mut dyn Writer,
    interrupted: &AtomicBool,
    watcher: &mut dyn Watcher,
) -> io::Result<Totals> {
    let mut totals = Totals::default();
    while let Some(record) = records.next(&mut totals, watcher) {
        let (ending, why, name, losses) = match record.outcome {
            Outcome::Reject(reject) => (Ending::Rejected, Some(reject.why), String::new(), record.losses),
            Outcome::Contact(contact) => {
                let mut losses = record.losses;
                losses.extend(writer.write(&contact)?);
                // A name is made only where somebody will see it.
                let name = if losses.is_empty() { String::new() } else { contact.display_name() };
                (Ending::Created, None, name, losses)
            }
        };
        let (why, losses, position) = (why.as_deref(), losses.as_slice(), &record.position);
        let report = RecordReport { position: Some(position), name: &name, why, losses, ..RecordReport::of(ending) };
        totals.count(&report, watcher);
        if interrupted.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
    }
    writer.finish()?;
    Ok(totals)
}
