//! What the user's words stand for: files, all files of a directory or of a zip archive, standard input, pipes.

use std::collections::{HashMap, HashSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::disk::Place;
use crate::disk::archive::{self, Archive, Member};
use crate::disk::input::{self, There};
use crate::disk::spool::Spool;
use crate::pipeline::{Source, SourceError, Watcher, counted, workbook};

/// The endings that files of directories and archives are known by; a table may be anything else too, so that it is
/// named by itself.
const KNOWN: [&str; 7] = ["vcf", "vcard", "csv", "xlsx", "xlsm", "xls", "ods"];

/// The inputs that the user's words stand for. A directory stands for the contact files and zip archives in it and below
/// it, a zip archive for the contact files in it, of which one may be named by itself, as if the archive were a
/// directory; pipes are read to their end and kept. What several words stand for is read once, at the first of them. What
/// is not there is told before anything is read, and the watcher is told what was left out.
pub fn sources_of(words: &[PathBuf], watcher: &mut dyn Watcher) -> Vec<Result<Source, SourceError>> {
    let mut inputs = Inputs { sources: Vec::new(), known: HashSet::new(), again: Vec::new(), watcher };
    for word in words {
        let (name, first) = (word.display().to_string(), inputs.sources.len());
        let there = if word.as_os_str() == "-" { Ok(There::Stream) } else { input::look(word) };
        match there {
            Ok(There::Directory) => inputs.directory(word, &name),
            Ok(There::File) => inputs.file(word, &name),
            Ok(There::Stream) => inputs.stream(word, name.clone()),
            Err(error) => inputs.member(word, &name, error),
        }
        inputs.note_labels(first, &name);
    }
    inputs.note_again();
    inputs.sources
}

/// What an input is, whatever it is called: the place of its file, none for standard input, and where its bytes begin
/// there if the file is an archive.
type Identity = (Option<Place>, Option<u64>);

/// The inputs found so far.
struct Inputs<'a> {
    sources: Vec<Result<Source, SourceError>>,
    known: HashSet<Identity>,
    /// The names of those that were known already.
    again: Vec<String>,
    watcher: &'a mut dyn Watcher,
}

impl Inputs<'_> {
    /// Whether an input is not among those found so far, and from now on is. What nothing is known of is always new.
    fn is_new(&mut self, identity: Option<Identity>, name: &str) -> bool {
        let new = identity.is_none_or(|identity| self.known.insert(identity));
        if !new {
            self.again.push(name.to_owned());
        }
        new
    }

    /// A contact file.
    fn add_file(&mut self, path: PathBuf) {
        let identity = Place::of(&path).map(|place| (Some(place), None));
        if self.is_new(identity, &path.display().to_string()) {
            self.sources.push(Ok(Source::File(path)));
        }
    }

    /// Files in an archive, which has a place unless it came through a pipe.
    fn add_members(&mut self, members: Vec<(String, Result<Member, String>)>, archive: &str, place: Option<&Place>) {
        for (member_name, member) in members {
            let name = format!("{archive}/{member_name}");
            match member {
                Ok(member) => {
                    let identity = place.map(|place| (Some(place.clone()), Some(member.start())));
                    if self.is_new(identity, &name) {
                        self.sources.push(Ok(Source::Member { name, member }));
                    }
                }
                Err(why) => self.fail_archive(name, why),
            }
        }
    }

    fn fail(&mut self, name: &str, error: io::Error) {
        self.sources.push(Err(SourceError::Io { source_name: name.to_owned(), error }));
    }

    fn fail_archive(&mut self, source_name: String, why: String) {
        self.sources.push(Err(SourceError::Archive { source_name, why }));
    }

    /// There is nothing in it to read, and somebody expected something.
    fn fail_bare(&mut self, name: &str, what: &'static str, way_out: &'static str) {
        self.sources.push(Err(SourceError::Unsupported { source_name: name.to_owned(), what, way_out }));
    }

    /// A file that the user names.
    fn file(&mut self, path: &Path, name: &str) {
        let spool = Spool::file(path);
        let itself = Source::File(path.to_owned());
        if is_archive(&spool) {
            return self.archive(&spool, name, itself, Place::of(path).as_ref());
        }
        self.add_file(path.to_owned());
    }

    /// Standard input or a pipe.
    fn stream(&mut self, path: &Path, name: String) {
        let place = (name != "-").then(|| Place::of(path));
        let identity = if place == Some(None) { None } else { Some((place.flatten(), None)) };
        if !self.is_new(identity, &name) {
            return;
        }
        let kept = if name == "-" { Spool::of(io::stdin().lock()) } else { input::open(path).and_then(Spool::of) };
        match kept {
            Ok(spool) if is_archive(&spool) => {
                self.archive(&spool, &name, Source::Stream { name: name.clone(), spool: spool.clone() }, None);
            }
            Ok(spool) => self.sources.push(Ok(Source::Stream { name, spool })),
            Err(error) => self.fail(&name, error),
        }
    }

    /// A directory's contact files; none at all is an error.
    fn directory(&mut self, path: &Path, name: &str) {
        let (tree, first) = (input::files_below(path), self.sources.len());
        let (again, mut others, mut empty) = (self.again.len(), 0, Vec::new());
        for file in tree.files {
            match ending(&file) {
                Some(ending) if is_known(&ending) && input::is_empty(&file) => empty.push(file.display().to_string()),
                Some(ending) if is_known(&ending) && !is_lock(&file) => self.add_file(file),
                Some(ending) if ending == "zip" => {
                    let spool = Spool::file(&file);
                    match Archive::list(&spool, is_contact_file) {
                        Ok(archive) if archive.members.is_empty() && archive.damage.is_none() => others += 1,
                        listed => self.listed(listed, &file.display().to_string(), Place::of(&file).as_ref()),
                    }
                }
                _ => others += 1,
            }
        }
        for (path, error) in tree.unread {
            self.fail(&path.display().to_string(), error);
        }
        self.note_empty(&empty, name);
        if self.sources.len() == first && self.again.len() == again {
            let what = match empty.as_slice() {
                [] => "a directory without .vcf, .csv or spreadsheet files",
                _ => "a directory whose contact files are all empty",
            };
            return self.fail_bare(name, what, "name the files that are meant");
        }
        self.note_others(others, name);
        self.note_left_out(tree.links, "linked directory", name);
        self.note_left_out(tree.streams, "special file", name);
    }

    /// An archive's contact files; none at all is an error. A workbook is an archive too, but one input.
    fn archive(&mut self, spool: &Spool, name: &str, itself: Source, place: Option<&Place>) {
        let found = |inputs: &Self| inputs.sources.len() + inputs.again.len();
        let before = found(self);
        match Archive::list(spool, is_contact_file) {
            Ok(archive) if workbook::kind_of(&archive).is_some() => match itself {
                Source::File(path) => self.add_file(path),
                itself => self.sources.push(Ok(itself)),
            },
            Ok(archive) if archive.members.is_empty() && archive.damage.is_none() => {
                let way_out = "unpack it, and name the files that are meant";
                self.fail_bare(name, "a zip archive without .vcf, .csv or spreadsheet files", way_out);
            }
            listed => self.listed(listed, name, place),
        }
        if found(self) == before {
            self.fail_bare(name, "a zip archive whose contact files are all empty", "get it again whole");
        }
    }

    /// A file in an archive, named as in messages; `error` is what the system says to that name.
    fn member(&mut self, word: &Path, name: &str, error: io::Error) {
        let Some(path) = word.ancestors().find(|path| matches!(input::look(path), Ok(There::File))) else {
            return self.fail(name, error);
        };
        let (spool, archive_name) = (Spool::file(path), path.display().to_string());
        let member = word.strip_prefix(path).map(|member| member.to_string_lossy().replace('\\', "/"));
        match Archive::list(&spool, |name| member.as_ref().is_ok_and(|member| member == name)) {
            Ok(Archive { members, .. }) if !members.is_empty() => {
                self.add_members(members, &archive_name, Place::of(path).as_ref());
            }
            _ if !is_archive(&spool) => self.fail(name, error),
            Ok(_) => {
                let why = format!("there is no such file in the archive; {archive_name} alone stands for all in it");
                self.fail_archive(name.to_owned(), why);
            }
            listed => self.listed(listed, &archive_name, Place::of(path).as_ref()),
        }
    }

    /// The contact files of an archive, and what is to be said of the others.
    fn listed(&mut self, listed: io::Result<Archive>, name: &str, place: Option<&Place>) {
        let archive = match listed {
            Ok(archive) => archive,
            Err(error) => {
                let what = "is a spreadsheet or a zip archive, but it cannot be opened";
                let way_out = "get it again whole, or save it as CSV";
                return self.fail_archive(name.to_owned(), format!("{what} ({error}); {way_out}"));
            }
        };
        let is_empty = |(_, member): &(String, Result<Member, String>)| member.as_ref().is_ok_and(Member::is_empty);
        let (empty, members): (Vec<_>, Vec<_>) = archive.members.into_iter().partition(is_empty);
        self.add_members(members, name, place);
        let empty: Vec<_> = empty.into_iter().map(|(member_name, _)| format!("{name}/{member_name}")).collect();
        self.note_empty(&empty, name);
        if let Some(why) = archive.damage {
            self.fail_archive(name.to_owned(), format!("not all of its files are known: {why}"));
        }
        for other in archive.others.iter().filter(|other| ending(Path::new(other)).as_deref() == Some("zip")) {
            let way_out = "unpack it, and name what is in it";
            self.watcher.note(&format!("{name}/{other} is an archive in an archive and was not opened; {way_out}"));
        }
        self.note_others(archive.other_count, name);
    }

    /// A file without a byte among others is nobody's contacts, but may be what is left of them.
    fn note_empty(&mut self, empty: &[String], name: &str) {
        match empty {
            [] => {}
            [one] => self.watcher.note(&format!("{one} is empty and was left out")),
            [first, ..] => {
                let what = counted(empty.len(), "empty file");
                self.watcher.note(&format!("{what} in {name} were left out (e.g. {first})"));
            }
        }
    }

    /// What the user's words stand for several times.
    fn note_again(&mut self) {
        let what = "stands for the same file as one before it, and is read once";
        match self.again.as_slice() {
            [] => {}
            [one] => self.watcher.note(&format!("{one} {what}")),
            [first, more @ ..] => self.watcher.note(&format!("{first} {what}; {} more do", more.len())),
        }
    }

    fn note_left_out(&mut self, count: usize, what: &str, name: &str) {
        let were = if count == 1 { "was" } else { "were" };
        if count > 0 {
            self.watcher.note(&format!("{} in {name} {were} left out", counted(count, what)));
        }
    }

    fn note_others(&mut self, count: usize, name: &str) {
        match count {
            0 => {}
            1 => self.watcher.note(&format!("1 file of another kind in {name} was left out")),
            _ => self.watcher.note(&format!("{count} files of other kinds in {name} were left out")),
        }
    }

    /// Google Takeout writes each contact once into a file of all contacts and again into the file of each of its labels,
    /// all of them called in the account's language: `All Contacts/All Contacts.vcf`, `Familie/Familie.vcf`.
    fn note_labels(&mut self, first: usize, name: &str) {
        let mut siblings: HashMap<PathBuf, (usize, String)> = HashMap::new();
        for label in self.sources[first..].iter().flatten().map(Source::name) {
            if let Some(place) = place_of_label(&label) {
                siblings.entry(place.to_owned()).or_insert((0, label)).0 += 1;
            }
        }
        let most = siblings.into_values().max_by(|one, other| one.0.cmp(&other.0).then_with(|| other.1.cmp(&one.1)));
        if let Some((count @ 2.., example)) = most {
            let what = format!("{name} has {count} files like {example}, as Google Takeout writes one for each label");
            let why = "a contact that has several is then read several times";
            self.watcher.note(&format!("{what}; {why}: to read each once, name the file of all contacts alone"));
        }
    }
}

/// Whether it begins as an archive does. What cannot be opened says so when its turn comes.
fn is_archive(spool: &Spool) -> bool {
    let mut head = Vec::with_capacity(4);
    let read = spool.open().and_then(|bytes| bytes.take(4).read_to_end(&mut head));
    read.is_ok() && archive::begins(&head)
}

/// Whether a member is a contact file to read: of a known ending, not hidden, and none of the shadows that macOS adds.
fn is_contact_file(name: &str) -> bool {
    let hidden = |part: &str| part == "__MACOSX" || part.starts_with('.') && part != "." && part != "..";
    let path = Path::new(name);
    ending(path).is_some_and(|ending| is_known(&ending)) && !is_lock(path) && !name.split('/').any(hidden)
}

/// Whether it is what Excel puts beside a workbook that is open: `~$people.xlsx`.
fn is_lock(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("~$"))
}

fn is_known(ending: &str) -> bool {
    KNOWN.contains(&ending)
}

/// A file name's ending in lower case.
fn ending(path: &Path) -> Option<String> {
    Some(path.extension()?.to_string_lossy().to_ascii_lowercase())
}

/// The directory in which the directory of a vCard file stands that is called as that is.
fn place_of_label(name: &str) -> Option<&Path> {
    let path = Path::new(name);
    let directory = path.parent().filter(|directory| directory.file_name() == path.file_stem())?;
    directory.parent().filter(|_| ending(path).is_some_and(|ending| ending == "vcf"))
}
