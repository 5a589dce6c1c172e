//! Where a job reads and writes, as the arguments say.

use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::args::{Common, Convert, DateOrder, How, Input, Output as OutputArgs};
use crate::cli::exit::{Exit, Failure, Stays};
use crate::cli::form::{Form, is_stdout, name_of};
use crate::cli::print;
use crate::cli::rejects::Rejects;
use crate::disk::directory::Directory;
use crate::disk::input;
use crate::disk::names::Names;
use crate::disk::output::Output;
use crate::disk::{self, Place, spool};
use crate::formats::sheet::Workbook;
use crate::formats::table::Map;
use crate::formats::{Encoder, Format, csv, table, vcard};
use crate::pipeline::{
    self, Encoded, Ending, PhotoDirectory, PhotoShelf, Reading, Source, SourceError, Totals, Watcher, sources_of,
};
use crate::remote::Clock;
use crate::remote::clock::System;
use crate::remote::fetch::{Bounds, Fetcher, Guard};

/// Refuses what cannot go together.
pub(super) fn check(common: &Common, args: &OutputArgs) -> Result<(), Failure> {
    if common.json && is_stdout(&args.output) {
        return Err(Failure::usage("--json and -o - both want standard output; choose a file for one of them"));
    }
    Form::of(args).map(drop)
}

/// Refuses what would have no effect.
pub(super) fn check_input(args: &How) -> Result<(), Failure> {
    let for_tables = [
        ("--csv-dialect", args.csv_dialect.is_some()),
        ("--delimiter", args.delimiter.is_some()),
        ("--date-order", args.date_order.is_some()),
        ("--sheet", args.sheet.is_some()),
        ("--map", args.map.is_some()),
    ];
    match for_tables.iter().find(|(_, given)| *given && args.input_format == Some(Format::Vcard)) {
        Some((name, _)) => {
            let what = format!("{name} says how tables are read, and --input-format vcard that there are none");
            Err(Failure::usage(what))
        }
        None => Ok(()),
    }
}

/// Refuses to write over the mapping file: somebody has edited it.
pub(super) fn spare_map(how: &How, output: &Path) -> Result<(), Failure> {
    match how.map.as_deref().filter(|map| *map == output || disk::same_file(map, output)) {
        Some(map) => {
            let what = format!("--map {} would be replaced by the output; choose another place", map.display());
            Err(Failure::usage(what))
        }
        None => Ok(()),
    }
}

/// Whether the output is a table that shows no pictures.
pub(super) fn holds_no_pictures(args: &OutputArgs) -> Result<bool, Failure> {
    Form::of(args).map(Form::holds_no_pictures)
}

/// The inputs without what the job writes. A second run over a directory must not read the directory that the first one
/// wrote into it; a file in it that would be replaced may be anybody's, and is refused. What the user names by itself is
/// read all the same, for it is replaced only when all of it has been read.
pub(super) fn sources(
    input: &Input,
    output: Option<&Path>,
    watcher: &mut dyn Watcher,
) -> Result<Vec<Result<Source, SourceError>>, Failure> {
    let mut sources = sources_of(&input.inputs, watcher);
    for place in [output, input.rejects.as_deref()] {
        let Some((name, place)) = place.and_then(|name| Some((name, Place::of(name)?))) else { continue };
        if input.inputs.iter().any(|word| place.holds(word)) {
            continue;
        }
        let before = sources.len();
        sources.retain(|source| !matches!(source, Ok(Source::File(path)) if place.holds(path)));
        if sources.len() == before {
            continue;
        }
        let name = name.display();
        if !place.is_directory() {
            let what = "is one of the files of an input, and would be replaced; name another place, or move it away";
            return Err(Failure::usage(format!("{name} {what}")));
        }
        watcher.note(&format!("{name} is the output and is not read"));
    }
    Ok(sources)
}

/// The file of the rejected records, if one is asked for.
pub(super) fn rejects(input: &Input, output: Option<&Path>) -> Result<Option<Rejects>, Failure> {
    let Some(path) = &input.rejects else { return Ok(None) };
    let mut others = input.inputs.iter().chain(&input.how.map).map(PathBuf::as_path).chain(output);
    if others.any(|other| other == path || disk::same_file(other, path)) {
        let what = "--rejects names a file that this run reads or writes, and would replace it; choose another";
        return Err(Failure::usage(what));
    }
    Rejects::create(path, output).map(Some)
}

/// Ends the file of the rejected records, if one was asked for.
pub(super) fn end_rejects(common: &Common, rejects: Option<Rejects>) -> Result<(), Failure> {
    rejects.map_or(Ok(()), |rejects| rejects.end(common))
}

/// Ends a conversion's output and the file of its rejected records. An input is replaced only when each of its records is
/// in one of the two.
pub(super) fn end(
    common: &Common,
    args: &Convert,
    totals: &Totals,
    rejects: Option<Rejects>,
    sink: Sink,
) -> Result<(), Failure> {
    let output = &args.output.output;
    let replaces = sink.temporary.is_some() && args.input.inputs.iter().any(|input| disk::same_file(input, output));
    let kept = rejects.as_ref().is_some_and(Rejects::keeps_all);
    let ended = end_rejects(common, rejects);
    if !replaces || totals.of(Ending::Created) == 0 {
        return ended.and(sink.end(common, totals));
    }
    let in_vain = |failure| Failure { in_vain: true, ..failure };
    ended.map_err(in_vain)?;
    let why = match totals.of(Ending::Rejected) {
        _ if totals.failed_sources > 0 => "an input could not be read to its end; name another output".to_owned(),
        _ if totals.of(Ending::Skipped) > 0 => {
            "groups became categories, and what else their records say would be lost; name another output".to_owned()
        }
        0 => return sink.end(common, totals),
        _ if kept => return sink.end(common, totals),
        1 => "1 record was rejected, and would be lost; name another output, or keep it with --rejects".to_owned(),
        count => {
            format!(
                "{count} records were rejected, and would be lost; name another output, or keep them with --rejects"
            )
        }
    };
    let what = format!("{} is an input, too, and was not replaced: {why}", output.display());
    Err(in_vain(Failure::new(Exit::Stopped, what)))
}

/// The summary of a job whose output has ended so. An input that gave nothing at all has been told already, and no text
/// says more; nor are contacts counted as written whose file could not be.
pub(super) fn summary(common: &Common, summary: print::Summary<'_>, ended: Result<(), Failure>) -> Result<(), Failure> {
    if ended.as_ref().is_err_and(|failure| failure.in_vain) {
        return ended;
    }
    let told = ended.is_ok() || summary.totals.read > 0;
    if told || common.json {
        print::summary(&Common { quiet: common.quiet || !told, ..*common }, &summary)?;
    }
    ended
}

/// How inputs are read; what the user says by a flag goes before what the mapping file says.
pub(super) fn reading(args: &How) -> Result<Reading, Failure> {
    let map = args.map.as_deref().map(map).transpose()?;
    let said = map.as_deref();
    let date_order = args.date_order.map(|order| match order {
        DateOrder::Dmy => table::DateOrder::DayMonthYear,
        DateOrder::Mdy => table::DateOrder::MonthDayYear,
        DateOrder::Ymd => table::DateOrder::YearMonthDay,
    });
    let csv = csv::Options {
        encoding: args.encoding.or(said.and_then(|map| map.encoding)),
        delimiter: args.delimiter.or(said.and_then(|map| map.delimiter)),
        table: table::Options {
            date_order: date_order.or(said.and_then(|map| map.date_order)),
            dialect: args.csv_dialect.clone(),
            photo_name: args.photo_name.clone(),
            this_year: Some(this_year()),
            fix_mojibake: args.fix_mojibake,
            map,
            closely: false,
        },
        survey: None,
    };
    let vcard =
        vcard::Options { max_card_size: args.max_card_size, charset: args.encoding, ..vcard::Options::default() };
    let photos = args.photo_dir.as_ref().map(|path| {
        let opened = PhotoDirectory::open(path);
        opened.map(Arc::new).map_err(|error| Failure::usage(format!("--photo-dir {}: {error}", path.display())))
    });
    let sheet = args.sheet.clone();
    Ok(Reading { format: args.input_format, csv, vcard, sheet, photos: photos.transpose()? })
}

/// Reads a mapping file.
fn map(path: &Path) -> Result<Arc<Map>, Failure> {
    const MOST: u64 = 1024 * 1024;
    let name = path.display();
    let mut bytes = Vec::new();
    let read = input::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    read.map_err(|error| Failure::usage(format!("{name}: cannot be read: {error}")))?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| Failure::usage(format!("{name}: is not UTF-8, as mapping files are")))?;
    Map::parse(&text).map(Arc::new).map_err(|error| Failure::usage(format!("{name}, {error}")))
}

/// Who fetches the pictures that photo links lead to, if anybody.
pub(super) fn pictures(args: &Input) -> Result<Option<Fetcher<System>>, Failure> {
    let fetcher = || Fetcher::new(Guard::default(), Bounds::default(), System::start());
    args.fetch_photos.then(fetcher).transpose().map_err(|error| Failure::new(Exit::Stopped, error))
}

/// The year by the machine's clock, near enough to say what a year of two digits means.
fn this_year() -> u16 {
    const SECONDS_A_YEAR: u64 = 31_556_952;
    u16::try_from(1970 + System::start().unix() / SECONDS_A_YEAR).unwrap_or(u16::MAX)
}

/// What a file is called whose contact has no name.
const NAMELESS: &str = "Unnamed";

/// The output of a job: an encoder of contacts, and a file or directory that appears when it is whole or standard output.
pub(super) struct Sink {
    name: String,
    form: Form,
    /// What is written beside its place until all is done.
    temporary: Option<PathBuf>,
    pub(super) target: Target,
    pub(super) encoder: Box<dyn Encoder>,
    /// Where the photos go, with the name of the directory.
    photos: Option<(String, PhotoShelf)>,
}

/// Where the bytes go.
pub(super) enum Target {
    File(Output),
    Directory(Directory),
    Stdout(io::BufWriter<io::Stdout>),
    /// A workbook, which is written when it is whole.
    Workbook(Box<Workbook>, Box<Target>),
}

impl Sink {
    /// Begins the output; one that cannot be written is told before anything is read.
    pub(super) fn create(args: &OutputArgs) -> Result<Self, Failure> {
        let (name, form) = (name_of(&args.output), Form::of(args)?);
        let target = Target::create(&args.output, form).map_err(|error| Failure::output(&name, &error))?;
        let temporary = target.temporary().map(Path::to_owned);
        let photos = args.photos.as_deref().map(|path| shelf(path, &args.output)).transpose()?;
        let encoder = match &photos {
            Some((_, shelf)) => shelf.beside(form.encoder()),
            None => form.encoder(),
        };
        Ok(Self { name, form, temporary, target, encoder, photos })
    }

    /// All that is written beside its place until all is done.
    pub(super) fn temporaries(&self) -> Vec<PathBuf> {
        let photos = self.photos.iter().map(|(_, shelf)| shelf.temporary());
        self.temporary.iter().cloned().chain(photos).collect()
    }

    /// Ends the output as the totals want it: the file takes its place, unless that would replace what stands there by
    /// nothing although something went wrong, or although `--fail-empty` is there to prevent it.
    pub(super) fn end(self, common: &Common, totals: &Totals) -> Result<(), Failure> {
        let not_done = match &self.temporary {
            Some(_) => format!("{} was not written", self.name),
            None => "nothing was written".to_owned(),
        };
        match () {
            () if totals.nothing_arrived() => Err(Failure::nothing_arrived(totals, &not_done)),
            () if totals.read > 0 && totals.of(Ending::Created) == 0 => {
                Err(Failure::new(Exit::Stopped, format!("there is no contact in what was read; {not_done}")))
            }
            () if common.fail_empty && totals.read == 0 => Ok(()),
            () => {
                let notes = self.form.notes(totals);
                let photos = self.commit()?;
                notes.iter().chain(&photos).for_each(|note| print::note(common, note));
                Ok(())
            }
        }
    }

    /// Puts the file in its place, and before it the photos that it names; returns what to tell of these.
    fn commit(self) -> Result<Option<String>, Failure> {
        let Self { name, target, encoder, photos, .. } = self;
        // The encoder has a hold on the photos.
        drop(encoder);
        let mut note = None;
        if let Some((directory, shelf)) = photos {
            let count = shelf.commit().map_err(|error| Failure::output(&directory, &error))?;
            note = Some(format!("{directory} has the photos that the table names: {count}"));
        }
        let failed = |error| Failure { in_vain: true, ..Failure::output(&name, &error) };
        target.commit().map_err(failed)?;
        Ok(note)
    }

    /// What to say when writing fails.
    pub(super) fn failure(&self, error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::Interrupted => Failure::interrupted(self.stays()),
            _ => Failure::output(&self.name, error),
        }
    }

    /// What stays of the output when the run is interrupted.
    pub(super) fn stays(&self) -> Stays {
        if self.temporary.is_some() { Stays::Nothing } else { Stays::Output }
    }
}

/// The directory for the photos; the table must not stand in it, because it is replaced as a whole.
fn shelf(path: &Path, output: &Path) -> Result<(String, PhotoShelf), Failure> {
    let name = path.display().to_string();
    let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !is_stdout(output) && Place::of(path).is_some_and(|place| place.holds(parent)) {
        let what = format!("--photos {name} is where the table is written; name a directory in it or elsewhere");
        return Err(Failure::usage(what));
    }
    let shelf = PhotoShelf::create(path).map_err(|error| Failure::output(&name, &error))?;
    Ok((name, shelf))
}

impl pipeline::Sink for Target {
    fn wants_contacts(&self) -> bool {
        matches!(self, Target::Directory(_))
    }

    fn put(&mut self, encoded: &Encoded) -> io::Result<()> {
        match self {
            Target::File(file) => file.write_all(&encoded.bytes),
            Target::Directory(directory) => {
                let mut start = 0;
                encoded.contacts.iter().try_for_each(|(end, name)| {
                    let card = &encoded.bytes[start..*end];
                    start = *end;
                    directory.add(name, card)
                })
            }
            Target::Stdout(stdout) => stdout.write_all(&encoded.bytes),
            Target::Workbook(workbook, _) => workbook.put(&encoded.bytes),
        }
    }
}

impl Target {
    fn create(path: &Path, form: Form) -> io::Result<Self> {
        let target = Target::of(path, form)?;
        Ok(match form {
            Form::Xlsx { thumbnails, .. } => Target::Workbook(Box::new(Workbook::new(thumbnails)?), Box::new(target)),
            _ => target,
        })
    }

    fn of(path: &Path, form: Form) -> io::Result<Self> {
        Ok(match form {
            _ if is_stdout(path) => Target::Stdout(io::BufWriter::new(io::stdout())),
            form if form.is_split() => Target::Directory(Directory::create(path, Names::new(".vcf", NAMELESS))?),
            _ => Target::File(Output::create(path)?),
        })
    }

    fn temporary(&self) -> Option<&Path> {
        match self {
            Target::File(file) => file.temporary(),
            Target::Directory(directory) => Some(directory.temporary()),
            Target::Stdout(_) => None,
            Target::Workbook(_, target) => target.temporary(),
        }
    }

    /// Takes the bytes of a file that is whole.
    fn copy(&mut self, whole: &mut impl Read) -> io::Result<()> {
        match self {
            Target::File(file) => io::copy(whole, file).map(drop),
            Target::Stdout(stdout) => io::copy(whole, stdout).map(drop),
            Target::Directory(_) | Target::Workbook(..) => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn commit(self) -> io::Result<()> {
        match self {
            Target::File(file) => file.commit(),
            Target::Directory(directory) => directory.commit(),
            Target::Stdout(mut stdout) => stdout.flush(),
            Target::Workbook(workbook, mut target) => {
                let mut whole = spool::scratch();
                workbook.finish(&mut whole)?;
                whole.rewind()?;
                target.copy(&mut whole)?;
                target.commit()
            }
        }
    }
}
