//! `cardferry inspect`: what files are, and why cardferry thinks so, on standard output.

mod json;
mod page;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::args::{Common, Inspect};
use crate::cli::exit::{Exit, Failure, Stays};
use crate::cli::signal::{self, OnSignal, Signals};
use crate::cli::{output, print};
use crate::disk;
use crate::disk::input;
use crate::disk::output::Output;
use crate::formats::table::Map;
use crate::pipeline::inspect::{Inspected, inspect};
use crate::pipeline::{Watcher, sources_of};

pub(super) fn run(common: &Common, args: &Inspect) -> Result<Exit, Failure> {
    if args.columns {
        return columns(common).map(|()| Exit::Done);
    }
    args.write_map.as_deref().map_or(Ok(()), |path| free(path, &args.inputs))?;
    output::check_input(&args.how)?;
    let reading = output::reading(&args.how)?;
    let interrupted = signal::interrupted(common, Signals::listen(), OnSignal::EndSoon(Stays::Output), Vec::new());
    let sources = sources_of(&args.inputs, &mut Notes(common));
    if args.write_map.is_some() && sources.len() != 1 {
        return Err(Failure::usage("--write-map writes a mapping file for one table; name that alone"));
    }
    let (mut sums, mut files, name) = (Sums::default(), Vec::new(), args.target.name());
    for source in sources {
        let inspected = inspect(source, &reading, args.target, &interrupted);
        let inspected = inspected.map_err(|error| Failure::output(print::STDOUT, &error))?;
        sums.add(&inspected);
        inspected.failed.iter().for_each(|why| print::line(&format!("error: {why}")));
        if common.json {
            files.push(json::object(&inspected, &name));
        } else if !common.quiet && inspected.has_something_to_show() {
            let before = if sums.shown == 0 { "" } else { "\n" };
            sums.shown += 1;
            print::data(&format!("{before}{}", page::text(&inspected, args.target, common.verbose)))?;
        }
        if let Some(path) = &args.write_map {
            sums.mapped |= write_map(common, path, &inspected)?;
        }
    }
    if common.json {
        let map = args.write_map.as_ref().filter(|_| sums.mapped).map(|path| path.display().to_string());
        print::data(&json!({ "files": files, "mapFile": map }).to_string())?;
    }
    sums.exit(common)
}

/// What decides the exit code.
#[derive(Default)]
struct Sums {
    read: u64,
    failed: u64,
    contacts: u64,
    rejected: u64,
    lost: bool,
    /// Pages that were printed.
    shown: u64,
    /// Whether a mapping file was written.
    mapped: bool,
}

impl Sums {
    fn add(&mut self, inspected: &Inspected) {
        self.failed += u64::from(inspected.failed.is_some());
        self.read += u64::from(inspected.failed.is_none());
        self.contacts += inspected.contacts;
        self.rejected += inspected.rejected;
        self.lost |= !inspected.lost.is_empty() || !inspected.not_understood.is_empty();
    }

    /// As a conversion of the same files would end.
    fn exit(&self, common: &Common) -> Result<Exit, Failure> {
        match () {
            () if self.failed > 0 && self.read + self.contacts == 0 => Err(Failure::silent(Exit::Stopped)),
            () if self.failed + self.rejected > 0 => Ok(Exit::Incomplete),
            () if common.fail_empty && self.contacts == 0 => Ok(Exit::Nothing),
            () if common.strict && self.lost => Ok(Exit::Losses),
            () => Ok(Exit::Done),
        }
    }
}

impl Inspected {
    fn has_something_to_show(&self) -> bool {
        self.failed.is_none() || self.table.is_some() || self.contacts > 0
    }
}

/// Prints what was left out of the inputs.
struct Notes<'a>(&'a Common);

impl Watcher for Notes<'_> {
    fn note(&mut self, what: &str) {
        print::note(self.0, what);
    }
}

/// The vocabulary, a name a line.
fn columns(common: &Common) -> Result<(), Failure> {
    let names = Map::vocabulary();
    print::data(&if common.json { json!(names).to_string() } else { names.join("\n") })
}

/// Refuses to write where something stands: a mapping file is edited by hand.
fn free(path: &Path, inputs: &[PathBuf]) -> Result<(), Failure> {
    let name = path.display();
    match () {
        () if path.as_os_str() == "-" => Err(Failure::usage("--write-map wants the name of a file")),
        () if inputs.iter().any(|other| other == path || disk::same_file(other, path)) => {
            Err(Failure::usage("--write-map names a file that is to be read; choose another"))
        }
        () if input::look(path).is_ok() => Err(Failure::usage(format!(
            "{name}: is there already, perhaps edited by you; name another, or move it away"
        ))),
        () => Ok(()),
    }
}

/// Writes the mapping file; whether there is something to be written.
fn write_map(common: &Common, path: &Path, inspected: &Inspected) -> Result<bool, Failure> {
    let name = path.display().to_string();
    let Some(table) = &inspected.table else {
        if inspected.failed.is_some() {
            return Ok(false);
        }
        return Err(Failure::usage(format!("{}: is no table, so it needs no mapping file", inspected.source)));
    };
    let stem = Path::new(&inspected.source).file_stem().unwrap_or_default().to_string_lossy();
    let write = |text: &str| -> io::Result<()> {
        let mut file = Output::create(path)?;
        file.write_all(text.as_bytes())?;
        file.commit()
    };
    write(&table.mapping_file(&stem)).map_err(|error| Failure::output(&name, &error))?;
    print::note(common, &format!("{name} says what was decided; edit it, and give it to convert or import with --map"));
    Ok(true)
}
