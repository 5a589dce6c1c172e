//! What is read: directories, zip archives, pipes; and what happens to a record's neighbours when something is wrong.

mod damage;
mod groups;
mod rejects;

use std::io::{Cursor, Write};

use pretty_assertions::assert_eq;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::cli::{Ran, Stage, card, cards};

/// A zip archive of these files, every other one packed.
fn zipped<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (name, bytes)) in files.iter().enumerate() {
        let method = if at % 2 == 0 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes.as_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A card whose full name is this word.
fn person(name: &str) -> String {
    card(name, "Doe", &format!("{name}@example.com"))
}

/// The given names of the cards that were written, in their order.
fn names(stage: &Stage, file: &str) -> Vec<String> {
    let text = stage.text(file);
    let full = text.lines().filter_map(|line| line.strip_prefix("FN:"));
    full.map(|name| name.trim_end_matches(" Doe").to_owned()).collect()
}

#[test]
fn a_directory_stands_for_what_is_in_it_and_below_it() {
    let stage = Stage::new();
    for (name, of) in [("b/2.vcf", "Ben"), ("a.vcf", "Ann"), ("b/c/d/1.VCARD", "Cid"), ("z.vcf", "Zoe")] {
        stage.write(&format!("book/{name}"), person(of));
    }
    stage.write("book/b/3.zip", zipped(&[("x/4.vcf", person("Zip").as_bytes())]));
    stage.write("book/b/photos.zip", zipped(&[("1.jpg", b"no contact")]));
    for name in ["readme.txt", "b/photo.jpg", ".hidden/h.vcf", "b/.h.vcf"] {
        stage.write(&format!("book/{name}"), person("Left out"));
    }
    let ran = stage.run(&["convert", "book", "-o", "out.vcf"]).exits(0);
    assert_eq!(names(&stage, "out.vcf"), ["Ann", "Ben", "Zip", "Cid", "Zoe"]);
    assert_eq!(ran.err.lines().next(), Some("note: 3 files of other kinds in book were left out"));
    stage.run(&["convert", "book/a.vcf", "book/b/2.vcf", "-o", "out.vcf"]).exits(0);
    assert_eq!(names(&stage, "out.vcf"), ["Ann", "Ben"]);
}

#[cfg(unix)]
#[test]
fn a_linked_directory_is_left_out_and_told() {
    let stage = Stage::new();
    stage.write("book/a.vcf", person("Ann"));
    std::os::unix::fs::symlink(stage.path("book"), stage.path("book/round")).unwrap();
    stage.run(&["convert", "book", "-o", "out.vcf"]).exits(0).says(&["note: 1 linked directory in book was left out"]);
    assert_eq!(names(&stage, "out.vcf"), ["Ann"]);
}

/// An archive as Google Takeout writes it, and as macOS adds to it.
fn takeout() -> Vec<u8> {
    let other = || "no card".to_owned();
    zipped(&[
        ("Takeout/Contacts/All Contacts/All Contacts.vcf", person("Ann") + &person("Ben")),
        ("Takeout/Contacts/Family/Family.vcf", person("Ann")),
        ("__MACOSX/Takeout/._Family.vcf", other()),
        ("Takeout/.hidden.vcf", other()),
        ("Takeout/photo.jpg", other()),
        ("Takeout/older.zip", other()),
        ("Takeout/table.csv", "First Name,Last Name\nCid,Doe\n".to_owned()),
    ])
}

#[test]
fn a_zip_archive_stands_for_its_contact_files() {
    let stage = Stage::new();
    stage.write("takeout.zip", takeout());
    let ran = stage.run(&["convert", "takeout.zip", "-o", "out.vcf", "-v"]).exits(0);
    assert_eq!(names(&stage, "out.vcf"), ["Ann", "Ben", "Ann", "Cid"]);
    let ran = ran.says(&[
        "written takeout.zip/Takeout/Contacts/All Contacts/All Contacts.vcf, record 2, line 7\n",
        "note: takeout.zip/Takeout/older.zip is an archive in an archive and was not opened",
        "note: 4 files of other kinds in takeout.zip were left out",
    ]);
    let note = ran.err.lines().find(|line| line.contains("Google Takeout")).unwrap();
    assert!(note.contains("2 files like takeout.zip/Takeout/Contacts/All Contacts/All Contacts.vcf"), "{note}");
    stage.write("elsewhere/takeout.zip", takeout());
    let all = "takeout.zip/Takeout/Contacts/All Contacts/All Contacts.vcf";
    let ran = stage.run(&["convert", all, "-o", "alone.vcf", "-v"]).exits(0);
    assert_eq!(names(&stage, "alone.vcf"), ["Ann", "Ben"]);
    assert!(!ran.says(&[&format!("written {all}, record 2, line 7\n")]).err.contains("note:"));
    stage
        .run(&["convert", "takeout.zip/none.vcf", "-o", "none.vcf"])
        .stops(1, &["takeout.zip/none.vcf: there is no such file in the archive"]);
    stage.write("plain.vcf", person("Ann"));
    stage.run(&["convert", "plain.vcf/none.vcf", "-o", "none.vcf"]).stops(1, &["plain.vcf/none.vcf", "os error"]);
    let piped = stage.fed(&["convert", "-", "-o", "piped.vcf"], &takeout()).exits(0);
    assert_eq!(stage.text("piped.vcf"), stage.text("out.vcf"));
    piped.says(&["note: 4 files of other kinds in - were left out"]);
}

#[test]
fn the_labels_of_google_takeout_are_known_in_any_language_by_their_shape() {
    let stage = Stage::new();
    let ran = |files: &[&str]| {
        let place = format!("book{}", stage.names().len());
        files.iter().for_each(|file| stage.write(&format!("{place}/{file}"), person("Ann")));
        let zip = format!("{place}.zip");
        stage.write(&zip, zipped(&files.iter().map(|file| (*file, person("Ann"))).collect::<Vec<_>>()));
        [place, zip].map(|place| stage.run(&["convert", &place, "-o", "out.vcf"]).exits(0).err)
    };
    for err in ran(&["Kontakte/Alle Kontakte/Alle Kontakte.vcf", "Kontakte/Familie/Familie.vcf", "Kontakte/a.vcf"]) {
        let note = err.lines().find(|line| line.contains("Google Takeout")).unwrap();
        assert!(note.contains("2 files like") && note.contains("Alle Kontakte.vcf, as"), "{note}");
    }
    for err in ran(&["Ann/Ann.vcf", "more/Ben/Ben.vcf", "Cid/Dee.vcf", "Eve.vcf", "Fay/Fay.csv"]) {
        assert!(!err.contains("Takeout"), "{err}");
    }
}

#[test]
fn an_archive_s_name_does_not_matter_but_its_content_does() {
    let stage = Stage::new();
    stage.write("download", takeout());
    stage.run(&["convert", "download", "-o", "out.vcf"]).exits(0).says(&["read 4 = written 4"]);
    let sheet: [(&str, &[u8]); 2] = [("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>")];
    for (name, bytes, says) in [
        ("book.xlsx", zipped(&sheet), "book.xlsx, record 1, line 1: is damaged ("),
        (
            "none.zip",
            zipped(&[("a.txt", b"text")]),
            "none.zip: is a zip archive without .vcf, .csv or spreadsheet files",
        ),
        ("empty.zip", zipped::<&[u8]>(&[]), "empty.zip: is a zip archive without .vcf, .csv or spreadsheet files"),
        ("cut.zip", takeout()[..500].to_vec(), "cut.zip: is a spreadsheet or a zip archive, but it cannot be opened"),
    ] {
        stage.write(name, bytes);
        let ran = stage.run(&["convert", name, "-o", "none.vcf"]).stops(1, &[says]);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    }
}

/// Changes one member's bytes, whose checksum then is wrong.
fn damaged(mut archive: Vec<u8>, from: &[u8]) -> Vec<u8> {
    let at = archive.windows(from.len()).position(|window| window == from).unwrap();
    archive[at] ^= 1;
    archive
}

#[test]
fn members_that_cannot_be_read_are_told_one_by_one_and_the_others_are_read() {
    let stage = Stage::new();
    let files =
        [("0.vcf", person("Ann")), ("1.vcf", person("Wrong")), ("2.vcf", person("Ben")), ("3.vcf", person("Cid"))];
    let mut archive = damaged(zipped(&files), b"N:Doe;Wrong");
    // The last member says that it is encrypted, in the table of contents and in its own header.
    let last = |mark: &[u8]| archive.windows(4).rposition(|window| window == mark).unwrap();
    let (local, central) = (last(b"PK\x03\x04"), last(b"PK\x01\x02"));
    archive[local + 6] |= 1;
    archive[central + 8] |= 1;
    stage.write("book.zip", archive);
    let ran = stage.run(&["convert", "book.zip", "-o", "out.vcf", "--json"]).exits(3);
    ran.says(&[
        "error: book.zip/1.vcf, record 2, line 7: cannot be read: it is damaged: its checksum is wrong",
        "error: book.zip/3.vcf: is encrypted; unpack it with its password",
        "inputs that could not be read to their end: 2",
    ]);
    let names = names(&stage, "out.vcf");
    assert_eq!([names[0].as_str(), names.last().unwrap()], ["Ann", "Ben"]);
}

#[test]
fn a_bomb_in_an_archive_is_stopped_and_its_neighbours_are_read() {
    let stage = Stage::new();
    let bomb = [person("Big").as_bytes(), &vec![b'\n'; 26 << 20]].concat();
    let archive = zipped(&[("0.vcf", bomb), ("1.vcf", person("Ann").into()), ("2.vcf", person("Ben").into())]);
    assert!(archive.len() < 100_000, "{}", archive.len());
    stage.write("book.zip", archive);
    let ran = stage.run(&["convert", "book.zip", "-o", "out.vcf"]).exits(3);
    ran.says(&["book.zip/0.vcf, record 2", "absurd size"]);
    assert_eq!(names(&stage, "out.vcf"), ["Big", "Ann", "Ben"]);
}

#[test]
fn a_pipe_is_read_whole_however_long_it_is() {
    let stage = Stage::new();
    let many: String = (0..12_000).map(|at| person(&format!("P{at}"))).collect();
    assert!(many.len() > 1 << 20, "{}", many.len());
    for (name, text) in [("few", person("Ann") + &person("Ben")), ("many", many)] {
        stage.write("in.vcf", &text);
        stage.run(&["convert", "in.vcf", "-o", "file.vcf"]).exits(0);
        stage.fed(&["convert", "-", "-o", "piped.vcf"], text.as_bytes()).exits(0);
        assert!(stage.read("piped.vcf") == stage.read("file.vcf"), "{name}");
        assert_eq!(cards(&stage.text("piped.vcf")), cards(&text));
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_in_a_directory_is_left_out_and_told() {
    let stage = Stage::new();
    stage.write("book/a.vcf", person("Ann"));
    let _socket = std::os::unix::net::UnixListener::bind(stage.path("book/b.vcf")).unwrap();
    stage.run(&["convert", "book", "-o", "out.vcf"]).exits(0).says(&["note: 1 special file in book was left out"]);
    assert_eq!(names(&stage, "out.vcf"), ["Ann"]);
}

#[test]
fn an_empty_file_among_others_is_told_and_does_no_harm() {
    let stage = Stage::new();
    let book = [("a.vcf", person("Ann")), ("b.vcf", String::new()), ("c/d.csv", String::new())];
    for (name, text) in &book {
        stage.write(&format!("book/{name}"), text);
    }
    stage.write("book.zip", zipped(&book));
    stage.write("few.zip", zipped(&book[..2]));
    for (input, says) in [
        ("book", "note: 2 empty files in book were left out (e.g. book/b.vcf)"),
        ("book.zip", "note: 2 empty files in book.zip were left out (e.g. book.zip/b.vcf)"),
        ("few.zip", "note: few.zip/b.vcf is empty and was left out"),
    ] {
        let ran = stage.run(&["convert", input, "-o", "out.vcf"]).exits(0).says(&[says]);
        assert!(ran.err.ends_with("read 1 = written 1 + rejected 0\n"), "{}", ran.err);
        stage.run(&["check", input]).exits(0).says(&[says, "checked 1 card in 1 input"]);
    }
    stage.run(&["convert", "few.zip/b.vcf", "-o", "none.vcf"]).stops(1, &["few.zip/b.vcf: is empty"]);
    stage.write("all.zip", zipped(&book[1..]));
    let says = "all.zip: is a zip archive whose contact files are all empty";
    stage.run(&["convert", "all.zip", "-o", "none.vcf"]).exits(1).says(&[says]);
    let says = "book/c: is a directory whose contact files are all empty";
    stage.run(&["convert", "book/c", "-o", "none.vcf"]).exits(1).says(&[says]);
}

#[test]
fn an_input_that_is_named_twice_is_read_once_and_told() {
    let stage = Stage::new();
    stage.write("book/a.vcf", person("Ann"));
    stage.write("book/b.vcf", person("Ben"));
    stage.write("zip.zip", zipped(&[("c.vcf", person("Cid")), ("d.vcf", person("Dee"))]));
    let told = |words: &[&str], read: &[&str], says: &str| {
        let ran = stage.run(&[&["convert"], words, &["-o", "out.vcf"]].concat()).exits(0);
        assert_eq!(names(&stage, "out.vcf"), read, "{words:?}");
        let notes: Vec<_> = ran.err.lines().filter(|line| line.starts_with("note:")).collect();
        assert_eq!(notes, [format!("note: {says}")], "{words:?}");
    };
    let once = "stands for the same file as one before it, and is read once";
    told(&["book/b.vcf", "book/../book/b.vcf"], &["Ben"], &format!("book/../book/b.vcf {once}"));
    told(&["book/b.vcf", "book"], &["Ben", "Ann"], &format!("book/b.vcf {once}"));
    told(&["book", "book/a.vcf", "book"], &["Ann", "Ben"], &format!("book/a.vcf {once}; 2 more do"));
    told(&["zip.zip/d.vcf", "./zip.zip"], &["Dee", "Cid"], &format!("./zip.zip/d.vcf {once}"));
    let ran = stage.fed(&["convert", "-", "-", "-o", "out.vcf"], person("Eve").as_bytes()).exits(0);
    assert_eq!(names(&stage, "out.vcf"), ["Eve"]);
    ran.says(&[&format!("note: - {once}")]);
    let ran = stage.run(&["check", "book", "book/b.vcf"]).exits(0);
    ran.says(&["checked 2 cards in 2 inputs", &format!("note: book/b.vcf {once}")]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_may_have_a_name() {
    let stage = Stage::new();
    let args = ["convert", "/dev/stdin", "-o", "out.vcf", "-v"];
    let ran = stage.fed(&args, person("Ann").as_bytes()).exits(0);
    ran.says(&["written /dev/stdin, record 1, line 1\n"]);
    stage.run(&["convert", "/dev/null", "-o", "none.vcf"]).stops(1, &["/dev/null: is empty"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_pipe_that_cannot_be_kept_says_why() {
    let stage = Stage::new();
    let mut command = stage.command();
    command.args(["convert", "-", "-o", "out.vcf"]).env("TMPDIR", stage.path("no/such/place"));
    let ran = Ran::of(command, person("Ann").repeat(20_000).as_bytes());
    ran.stops(1, &["-: it cannot be kept in the directory for temporary files (TMPDIR chooses another)"]);
}

#[test]
fn every_card_of_a_file_is_read_in_the_charset_of_the_file() {
    let stage = Stage::new();
    let names = ["Łukasz", "Żaneta", "Świętosława", "Ał", "Ćma", "Zażółć gęślą jaźń", "Źrebię", "Ó"];
    let text: String = names.iter().map(|name| person(name)).collect();
    let (bytes, ..) = encoding_rs::WINDOWS_1250.encode(&text);
    stage.write("in.vcf", &bytes);
    let ran = stage.run(&["convert", "in.vcf", "-o", "out.vcf"]).exits(0).says(&["was read as windows-1250"]);
    assert_eq!(ran.err.matches("was read as").count(), 1, "{}", ran.err);
    assert_eq!(self::names(&stage, "out.vcf"), names);
    let damaged = [person("Jürgen").as_bytes(), &person("Gro?").into_bytes()].concat();
    let damaged: Vec<u8> = damaged.into_iter().map(|byte| if byte == b'?' { 0xc3 } else { byte }).collect();
    stage.write("damaged.vcf", damaged);
    let ran = stage.run(&["convert", "damaged.vcf", "-o", "out.vcf"]).exits(0);
    ran.says(&["UTF-8 with damaged bytes, which are shown as \u{fffd}"]);
    assert_eq!(self::names(&stage, "out.vcf"), ["Jürgen", "Gro\u{fffd}"]);
}

#[test]
fn what_a_run_wrote_into_its_own_input_is_not_read_by_the_next() {
    let stage = Stage::new();
    stage.write("book/a.vcf", person("Ann") + &person("Ben"));
    for _ in 0..2 {
        let ran = stage.run(&["convert", "book", "-o", "book/cards", "--split", "--json"]).exits(0);
        assert_eq!(ran.json()["read"], 2, "{}", ran.err);
    }
    let ran = stage.run(&["convert", "book", "-o", "book/cards", "--split"]).exits(0);
    assert_eq!(ran.err.lines().next(), Some("note: book/cards is the output and is not read"));
}
