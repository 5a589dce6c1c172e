//! What form the output has: its format, whom it is for, one file or one for each contact.

use std::path::Path;

use crate::cli::args::{Output as OutputArgs, ProfileChoice};
use crate::cli::exit::Failure;
use crate::cli::print;
use crate::disk::input::{self, There};
use crate::formats::{Encoder, Format, csv, sheet, table, vcard};
use crate::pipeline::{Ending, Totals};

/// The form of an output.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// Cards, all in one file or `split`.
    Vcard { profile: vcard::Profile, version: vcard::Version, split: bool },
    /// A table as text.
    Csv { writing: csv::Writing },
    /// A workbook, with thumbnails so many pixels high.
    Xlsx { style: table::Style, thumbnails: Option<u32> },
}

impl Form {
    /// What the arguments say; what cannot go together is refused.
    pub(super) fn of(args: &OutputArgs) -> Result<Self, Failure> {
        let format = format_of(args)?;
        if let Some(profile) = args.profile.filter(|profile| !profile.is_of(format)) {
            return Err(Failure::usage(format!(
                "--profile {} is none for {}, whose profiles are {}",
                profile.name(),
                format.title(),
                ProfileChoice::names(format)
            )));
        }
        if args.thumbnails.is_some() && format != Format::Xlsx {
            return Err(Failure::usage(
                "--thumbnails shows photos in an .xlsx file; no other format has room for them",
            ));
        }
        if format.is_table() {
            if args.split {
                return Err(Failure::usage("--split writes vCard files; a table has all contacts in one"));
            }
            if args.vcard_version.is_some() {
                let what = "--vcard-version is for vCard files, and a table is to be written; leave it out";
                return Err(Failure::usage(what));
            }
            return match format {
                Format::Csv => writing(args).map(|writing| Form::Csv { writing }),
                Format::Xlsx => workbook(args),
                _ => Err(Failure::usage(format!("{} is read, but not written; write .xlsx or .csv", format.title()))),
            };
        }
        let only = [
            ("--output-encoding", args.output_encoding.is_some()),
            ("--output-delimiter", args.output_delimiter.is_some()),
            ("--excel-safe", args.excel_safe),
            ("--photos", args.photos.is_some()),
        ];
        if let Some((flag, _)) = only.iter().find(|(_, given)| *given) {
            return Err(Failure::usage(format!("{flag} is about tables, and vCards are written")));
        }
        if args.split && is_stdout(&args.output) {
            return Err(Failure::usage("--split writes files, and -o - is standard output; name a directory"));
        }
        let profile = args.profile.and_then(|profile| profile.vcard).unwrap_or_default();
        let split = args.split || profile.reads_first_card_alone() && is_directory(&args.output);
        let version = args.vcard_version.unwrap_or(profile.version());
        Ok(Form::Vcard { profile, version, split })
    }

    /// Whether it has room for links alone, and none for pictures.
    pub(super) fn holds_no_pictures(self) -> bool {
        matches!(self, Form::Csv { .. } | Form::Xlsx { thumbnails: None, .. })
    }

    /// Whether each contact gets a file of its own.
    pub(super) fn is_split(self) -> bool {
        matches!(self, Form::Vcard { split: true, .. })
    }

    /// An encoder for it.
    pub(super) fn encoder(self) -> Box<dyn Encoder> {
        match self {
            Form::Vcard { profile, version, .. } => Box::new(vcard::Encoder::of(profile, version)),
            Form::Csv { writing } => Box::new(csv::Encoder::new(writing)),
            Form::Xlsx { style, thumbnails } => Box::new(sheet::Encoder::new(style, thumbnails)),
        }
    }

    /// What to tell of what was written.
    pub(super) fn notes(self, totals: &Totals) -> Vec<String> {
        let Form::Vcard { profile, split, .. } = self else { return Vec::new() };
        let (name, mut notes) = (profile.name(), Vec::new());
        if !split && profile.reads_first_card_alone() && totals.of(Ending::Created) > 1 {
            notes.push(format!(
                "{name} reads the first card of a file alone; --split writes a file for each contact into a directory"
            ));
        }
        let links = &totals.photo_links;
        if links.lost > 0 && !links.wanted {
            let (photos, them) = if links.lost == 1 {
                ("photo that is a link was", "its picture")
            } else {
                ("photos that are links were", "their pictures")
            };
            notes.push(format!(
                "{name} follows no link: {} {photos} left out; --fetch-photos downloads {them}",
                links.lost
            ));
        }
        notes
    }
}

/// A workbook; what is about tables as text has no effect on it.
fn workbook(args: &OutputArgs) -> Result<Form, Failure> {
    let only = [
        ("--output-encoding", args.output_encoding.is_some()),
        ("--output-delimiter", args.output_delimiter.is_some()),
        ("--excel-safe", args.excel_safe),
    ];
    if let Some((flag, _)) = only.iter().find(|(_, given)| *given) {
        let what = "is about tables as text; a workbook says what its cells are, and none is a formula";
        return Err(Failure::usage(format!("{flag} {what}")));
    }
    Ok(Form::Xlsx { style: style(args)?, thumbnails: args.thumbnails })
}

/// The columns of a table; `--photos` wants one that names them.
fn style(args: &OutputArgs) -> Result<table::Style, Failure> {
    let style = args.profile.and_then(|profile| profile.csv).unwrap_or(table::Profile::default().into());
    if args.photos.is_some() && !style.has_photos() {
        let having = table::Profile::ALL.iter().filter(|profile| table::Style::from(**profile).has_photos());
        let having = having.map(|profile| profile.name()).collect::<Vec<_>>().join(" or ");
        let what = format!(
            "--photos: tables for {} have no column that could name a photo; choose --profile {having}",
            style.name()
        );
        return Err(Failure::usage(what));
    }
    Ok(style)
}

/// How a table is written; an encoding without its own headers' letters is refused.
fn writing(args: &OutputArgs) -> Result<csv::Writing, Failure> {
    let style = style(args)?;
    let mut writing = csv::Writing { excel_safe: args.excel_safe, ..style.into() };
    if let Some((encoding, mark)) = args.output_encoding {
        (writing.encoding, writing.mark) = (encoding, mark);
    }
    writing.delimiter = args.output_delimiter.unwrap_or(writing.delimiter);
    writing.check().map_err(|header| {
        let (encoding, name) = (writing.encoding.name(), style.name());
        Failure::usage(format!("--output-encoding {encoding} lacks letters of a header of {name}: “{header}”"))
    })?;
    Ok(writing)
}

fn format_of(args: &OutputArgs) -> Result<Format, Failure> {
    let told = args.output_format.or_else(|| Format::of_file_name(&args.output.to_string_lossy()));
    let told = told.or(args.split.then_some(Format::Vcard)).or(args.profile.and_then(ProfileChoice::format));
    told.ok_or_else(|| {
        let (name, both) = (name_of(&args.output), args.profile.map_or_else(String::new, ProfileChoice::name));
        let way_out = "say it with --output-format vcard, csv or xlsx";
        Failure::usage(match both.as_str() {
            "" if is_directory(&args.output) => {
                format!("{name}: is a directory; --split writes a vCard file for each contact into it")
            }
            "" => format!("{name}: the name does not tell the format; {way_out}"),
            both => format!("{name}: neither the name nor --profile {both} tells the format; {way_out}"),
        })
    })
}

/// Whether the output is a directory, or is to be one.
fn is_directory(path: &Path) -> bool {
    let text = path.to_string_lossy();
    text.ends_with(std::path::is_separator) || input::look(path).is_ok_and(|there| there == There::Directory)
}

pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What the output is called in messages.
pub(super) fn name_of(path: &Path) -> String {
    if is_stdout(path) { print::STDOUT.to_owned() } else { path.display().to_string() }
}
