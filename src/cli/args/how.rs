//! How files are read, for every command that reads them.

use std::path::PathBuf;

use clap::Args as Group;
use clap::builder::FalseyValueParser;
use encoding_rs::Encoding;

use super::{DateOrder, delimiter_named, encoding_named, format_named};
use crate::formats::{Format, sheet, table, vcard};

/// How files are read.
#[derive(Debug, Clone, Group)]
#[command(next_help_heading = "How files are read")]
pub struct How {
    /// The input's format, when name and content do not tell
    #[arg(long, value_name = "FORMAT", env = "CARDFERRY_INPUT_FORMAT", value_parser = format_named)]
    pub input_format: Option<Format>,
    /// The dialect of a table, with or without a language: outlook-desktop/de
    #[arg(long, value_name = "NAME[/LANG]", env = "CARDFERRY_CSV_DIALECT")]
    pub csv_dialect: Option<table::DialectChoice>,
    /// The character set of a table, or of vCards that say none: utf-8, windows-1252, shift_jis …
    #[arg(long, value_name = "LABEL", env = "CARDFERRY_ENCODING", value_parser = encoding_named)]
    pub encoding: Option<&'static Encoding>,
    /// Bytes that one vCard may have; a larger one is rejected
    #[arg(long, value_name = "BYTES", env = "CARDFERRY_MAX_CARD_SIZE", default_value_t = vcard::Options::default().max_card_size)]
    pub max_card_size: usize,
    /// The delimiter of a table
    #[arg(long, value_name = "CHAR", env = "CARDFERRY_DELIMITER", value_parser = delimiter_named)]
    pub delimiter: Option<u8>,
    /// The sheet of a workbook, by its name or its number from 1, in place of the one whose headers fit best
    #[arg(long, value_name = "NAME|N", env = "CARDFERRY_SHEET")]
    pub sheet: Option<sheet::Choice>,
    /// A mapping file: what the columns of a table mean, and what becomes of each; inspect --write-map makes one
    #[arg(long, value_name = "FILE", env = "CARDFERRY_MAP", conflicts_with = "csv_dialect")]
    pub map: Option<PathBuf>,
    /// The order of day, month and year in a table
    #[arg(long, value_name = "ORDER", env = "CARDFERRY_DATE_ORDER", value_enum)]
    pub date_order: Option<DateOrder>,
    /// Mend the cells of a table that were UTF-8 and were read as windows-1252 once too often: JÃ¼rgen for Jürgen
    #[arg(long, env = "CARDFERRY_FIX_MOJIBAKE", value_parser = FalseyValueParser::new())]
    pub fix_mojibake: bool,
    /// The directory of the pictures that a table's photo column names; no name leads out of it, up to 4 MiB each
    #[arg(long, value_name = "DIR", env = "CARDFERRY_PHOTO_DIR")]
    pub photo_dir: Option<PathBuf>,
    /// How the pictures of --photo-dir are called where no column names them: {email}.jpg; in braces stands a header or
    /// a column of the vocabulary
    #[arg(long, value_name = "NAME", env = "CARDFERRY_PHOTO_NAME", requires = "photo_dir")]
    pub photo_name: Option<table::PhotoName>,
}
