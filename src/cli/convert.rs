//! `cardferry convert`.

use crate::cli::args::{Common, Convert};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, Sink};
use crate::cli::progress::Progress;
use crate::cli::{print, signal};
use crate::pipeline::{Records, convert, sources_of};

pub(super) fn run(common: &Common, args: &Convert) -> Result<Exit, Failure> {
    output::check(common, &args.output)?;
    let reading = output::reading(&args.input);
    let mut sink = Sink::create(&args.output)?;
    let interrupted = signal::interrupted();
    let mut progress = Progress::start(common, "read");
    let mut records = Records::new(sources_of(&args.input.inputs), &reading);
    let converted = convert(&mut records, &mut *sink.writer, &interrupted, &mut progress);
    progress.finish();
    let totals = converted.map_err(|error| sink.failure(&error))?;
    if totals.nothing_was_read() {
        return Err(Failure::new(Exit::Stopped, "no input could be read; nothing was written"));
    }
    sink.commit()?;
    print::summary(common, &print::Summary { job: print::Job::Convert, totals: &totals, proof: None });
    Ok(Exit::of(&totals, common))
}
