//! `cardferry export`.

use std::collections::HashSet;

use crate::cli::address::{self, AnyMailbox};
use crate::cli::args::{Common, Export};
use crate::cli::exit::{Exit, Failure};
use crate::cli::output::{self, Sink};
use crate::cli::print::{self, Job, Summary};
use crate::cli::progress::Progress;
use crate::cli::signal::{self, OnSignal, Signals};
use crate::pipeline::{ExportError, export};
use crate::remote::RemoteError;
use crate::remote::api::{FolderId, Place};

/// Folders within folders deeper than this are not followed.
const MAX_DEPTH: usize = 64;
/// More folders than any address book has: a server that lies could go on for ever.
const MAX_FOLDERS: usize = 10_000;

pub(super) async fn run(common: &Common, args: &Export) -> Result<Exit, Failure> {
    output::check(common, &args.output)?;
    let mailbox = address::mailbox(&args.from, &args.mailbox).await?;
    let path = args.mailbox.folder.as_ref().map(|folder| folder.0.as_slice()).unwrap_or_default();
    let remote = |error: RemoteError| Failure::remote(&args.from, &error);
    let place = mailbox.place(path, false).await.map_err(remote)?;
    let below = below(&mailbox, &place).await.map_err(remote)?;
    let signals = Signals::listen();
    let mut sink = Sink::create(&args.output)?;
    let interrupted = signal::interrupted(common, signals, OnSignal::EndSoon(sink.stays()), sink.temporaries());
    let mut progress = Progress::start(common, Job::Export);
    let mut places = vec![place];
    if args.all_folders {
        places.extend(below.iter().map(|(place, _)| place.clone()));
    }
    let out = (&mut *sink.encoder as _, &mut sink.target as _);
    let exported = export(&mailbox, &places, out, &interrupted, &mut progress).await;
    progress.finish();
    let totals = exported.map_err(|error| match error {
        ExportError::Remote(error) => remote(error),
        ExportError::Output(error) => sink.failure(&error),
        _ => Failure::interrupted(sink.stays()),
    })?;
    let ended = sink.end(common, &totals);
    output::summary(common, Summary { job: Job::Export, totals: &totals, proof: None, outcome: None }, ended)?;
    if !args.all_folders && !below.is_empty() {
        let names: Vec<_> = below.iter().map(|(_, name)| name.as_str()).collect();
        print::note(common, &format!("not exported: the folders {}; --all-folders takes them too", names.join(", ")));
    }
    Ok(Exit::of(&totals, common))
}

/// Every folder below a place, with its path as text, each before those below it, and each once wherever a server shows
/// it again.
async fn below(mailbox: &AnyMailbox, place: &Place) -> Result<Vec<(Place, String)>, RemoteError> {
    let mut found: Vec<(Place, String)> = Vec::new();
    let mut seen: HashSet<FolderId> = place.0.iter().cloned().collect();
    let mut open = vec![(place.clone(), String::new())];
    while let Some((parent, path)) = open.pop() {
        let mut children = Vec::new();
        for folder in mailbox.folders(&parent).await? {
            if !seen.insert(folder.id.clone()) {
                continue;
            }
            let mut place = parent.clone();
            place.0.push(folder.id);
            let name = folder.name.replace('/', "\\/");
            children.push((place, if path.is_empty() { name } else { format!("{path}/{name}") }));
        }
        found.extend(children.iter().cloned());
        if found.len() > MAX_FOLDERS {
            let what = format!("it shows more than {MAX_FOLDERS} folders");
            return Err(RemoteError::Answer { request: "the list of folders".into(), what });
        }
        open.extend(children.into_iter().filter(|(place, _)| place.0.len() < MAX_DEPTH).rev());
    }
    Ok(found)
}
