//! `cardferry convert`.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::cli::args::{Common, Convert};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, Sink};
use crate::cli::print::{Job, Summary};
use crate::cli::progress::Progress;
use crate::cli::rejects::Rejects;
use crate::cli::signal::{self, OnSignal, Signals};
use crate::pipeline::{Background, Pictures, Records, convert};

/// The most threads of a conversion: each holds some 2.5 MiB of cards and rows, and beyond a few the disk is what limits.
const THREADS: usize = 4;

pub(super) fn run(common: &Common, args: &Convert) -> Result<Exit, Failure> {
    output::check(common, &args.output)?;
    output::check_input(&args.input.how)?;
    output::spare_map(&args.input.how, &args.output.output)?;
    let brings = [("--fetch-photos", args.input.fetch_photos), ("--photo-dir", args.input.how.photo_dir.is_some())];
    let brought = brings.iter().find(|(_, given)| *given).filter(|_| args.output.photos.is_none());
    if let (Some((flag, _)), true) = (brought, output::holds_no_pictures(&args.output)?) {
        let what = "a table holds no pictures, only links and names; leave it out, write a vCard file, write an .xlsx file with \
                    --thumbnails, or give the pictures a directory with --photos";
        return Err(Failure::usage(format!("{flag}: {what}")));
    }
    let pictures = output::pictures(&args.input)?.map(|fetcher| Background::new(Arc::new(fetcher), Handle::current()));
    let pictures = pictures.as_ref().map(|pictures| pictures as &dyn Pictures);
    let reading = output::reading(&args.input.how)?;
    let signals = Signals::listen();
    let mut sink = Sink::create(&args.output)?;
    let rejects = output::rejects(&args.input, Some(&args.output.output))?;
    let temporary = sink.temporaries().into_iter().chain(rejects.iter().filter_map(Rejects::temporary)).collect();
    let interrupted = signal::interrupted(common, signals, OnSignal::EndSoon(sink.stays()), temporary);
    let mut progress = Progress::start(common, Job::Convert).with_rejects(rejects);
    let sources = output::sources(&args.input, Some(&args.output.output), &mut progress)?;
    let mut records = Records::new(sources, &reading);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS);
    let converted =
        convert(&mut records, &mut *sink.encoder, &mut sink.target, threads, pictures, &interrupted, &mut progress);
    let (rejects, _) = progress.finish();
    let totals = converted.map_err(|error| sink.failure(&error))?;
    let ended = output::end(common, args, &totals, rejects, sink);
    output::summary(common, Summary { job: Job::Convert, totals: &totals, proof: None, outcome: None }, ended)?;
    Ok(Exit::of(&totals, common))
}
