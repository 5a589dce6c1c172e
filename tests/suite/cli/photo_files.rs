//! Photos that stand beside a table, on the way in and on the way out.

use data_encoding::BASE64;
use pretty_assertions::assert_eq;

use super::Stage;

fn jpeg(mark: &str) -> Vec<u8> {
    [b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", mark.as_bytes()].concat()
}

/// Names and photos of the cards in a text, in their order; without a picture what stands in its place.
fn photos(cards: &str) -> Vec<(String, String)> {
    let cards = cards.replace("\r\n ", "");
    let photo = |card: &str| {
        let line = |name: &str| card.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
        let photo = line("PHOTO").split_once(':').map(|(_, value)| value.to_owned()).unwrap_or_default();
        let bytes = BASE64.decode(photo.as_bytes()).ok().filter(|bytes| bytes.starts_with(b"\xff\xd8"));
        let shown = bytes.map_or(photo, |bytes| String::from_utf8_lossy(&bytes[11..]).into_owned());
        (line("FN").trim_start_matches("FN:").to_owned(), shown)
    };
    cards.split("END:VCARD").filter(|card| card.contains("BEGIN")).map(photo).collect()
}

fn pairs(photos: &[(String, String)]) -> Vec<(&str, &str)> {
    photos.iter().map(|(name, photo)| (name.as_str(), photo.as_str())).collect()
}

#[test]
fn a_column_names_files_of_one_directory() {
    let stage = Stage::new();
    let rows = "Ann;Lee;a@example.com;ann.jpg\r\nBo;Lee;b@example.com;../secret.jpg\r\nCy;Lee;c@example.com;none.jpg\r\n\
                Di;Lee;d@example.com;Team\\DI.JPG\r\nEd;Lee;e@example.com;\r\nFay;Lee;f@example.com;text.jpg\r\n";
    stage.write("people.csv", format!("Vorname;Nachname;E-Mail;Foto\r\n{rows}"));
    stage.write("secret.jpg", jpeg("secret"));
    stage.write("pictures/ann.jpg", jpeg("ann"));
    stage.write("pictures/team/di.jpg", jpeg("di"));
    stage.write("pictures/text.jpg", "no picture");
    let args = ["convert", "people.csv", "-o", "out.vcf", "--photo-dir", "pictures", "-v"];
    let ran = stage.run(&args).exits(0);
    ran.says(&[
        "photo files: 2 read, 3 could not be",
        "lost photo: ../secret.jpg (the name leads out of the directory): is not in what was read",
        "lost photo: none.jpg (there is no such file)",
        "lost photo: text.jpg (it is no picture of a known kind)",
    ]);
    let found = photos(&stage.text("out.vcf"));
    let expected =
        [("Ann Lee", "ann"), ("Bo Lee", ""), ("Cy Lee", ""), ("Di Lee", "di"), ("Ed Lee", ""), ("Fay Lee", "")];
    assert_eq!(pairs(&found), expected);
    let json = stage.run(&["convert", "people.csv", "-o", "out.vcf", "--photo-dir", "pictures", "--json"]).json();
    assert_eq!(json["photoFiles"], serde_json::json!({ "read": 2, "missing": 3, "named": 0 }));
    stage.run(&[&args[..], &["--strict"]].concat()).exits(4);
}

#[test]
fn without_the_directory_no_file_is_read() {
    let stage = Stage::new();
    stage.write("people.csv", "First Name,Last Name,Email,Photo\nAnn,Lee,a@example.com,ann.jpg\n");
    stage.write("ann.jpg", jpeg("ann"));
    let ran = stage.run(&["convert", "people.csv", "-o", "out.vcf"]).exits(0);
    ran.says(&["photo files: 1 named, none was read; --photo-dir says where they stand"]);
    assert_eq!(pairs(&photos(&stage.text("out.vcf"))), [("Ann Lee", "ann.jpg")]);
}

#[test]
fn files_may_be_called_after_columns() {
    let stage = Stage::new();
    let rows = "Ann,Lee,a/b@example.com,7\nBo,Lee,b@example.com,8\nCy,Lee,,9\n";
    stage.write("people.csv", format!("First Name,Last Name,Email,Badge\n{rows}"));
    stage.write("p/a_b@example.com.jpg", jpeg("mail"));
    stage.write("p/LEE-7.jpg", jpeg("badge"));
    let run = |name: &str| {
        stage.run(&["convert", "people.csv", "-o", "out.vcf", "--photo-dir", "p", "--photo-name", name, "-v"])
    };
    let ran = run("{email}.jpg").exits(0);
    ran.says(&["photo files: 1 read, 1 could not be", "b@example.com.jpg (there is no such file)"]);
    assert_eq!(pairs(&photos(&stage.text("out.vcf"))), [("Ann Lee", "mail"), ("Bo Lee", ""), ("Cy Lee", "")]);
    run("{name.family}-{badge}.jpg").exits(0).says(&["photo files: 1 read, 2 could not be"]);
    assert_eq!(photos(&stage.text("out.vcf"))[0].1, "badge");
    run("{shoe}.jpg").exits(0).says(&["lost photo: {shoe} (there is no such column)"]);
    run("ann.jpg").stops(2, &["--photo-name", "{email}.jpg"]);
}

#[test]
fn a_photo_column_may_hold_the_picture() {
    let stage = Stage::new();
    let (long, short) = (jpeg(&"x".repeat(300)), jpeg("short"));
    let rows = format!(
        "Ann,Lee,{}\nBo,Lee,\"data:image/jpeg;base64,{}\"\nCy,Lee,https://a.example/c.jpg\n",
        BASE64.encode(&long),
        BASE64.encode(&short)
    );
    stage.write("people.csv", format!("First Name,Last Name,Photo\n{rows}"));
    stage.run(&["convert", "people.csv", "-o", "out.vcf"]).exits(0).says(&["photo links: 1 kept as a link"]);
    let found = photos(&stage.text("out.vcf"));
    let long = "x".repeat(300);
    assert_eq!(pairs(&found), [("Ann Lee", long.as_str()), ("Bo Lee", "short"), ("Cy Lee", "https://a.example/c.jpg")]);
}

fn card(name: &str, photo: &str) -> String {
    let photo = BASE64.encode(&jpeg(photo));
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};;;;\r\nFN:{name}\r\nPHOTO;ENCODING=b;TYPE=JPEG:{photo}\r\nEND:VCARD\r\n"
    )
}

/// Out and in again; people of one name have files of their own, and a second run replaces those of the first.
#[test]
fn photos_go_out_beside_a_table_and_come_back() {
    let stage = Stage::new();
    let names = ["Ann", "../Ann", "ann", "Ann", "CON"];
    let cards: String = names.iter().enumerate().map(|(at, name)| card(name, &at.to_string())).collect();
    stage.write("in.vcf", cards.clone() + &card("Ann", "0"));
    for profile in ["generic", "google"] {
        for _ in 0..2 {
            let args = ["convert", "in.vcf", "-o", "out.csv", "--profile", profile, "--photos", "pictures"];
            let ran = stage.run(&args).exits(0);
            ran.says(&["pictures has the photos that the table names: 5"]);
        }
        let files = std::fs::read_dir(stage.path("pictures")).unwrap().count();
        assert_eq!(files, 6, "five pictures and their list");
        let args = ["convert", "out.csv", "-o", "back.vcf", "--photo-dir", "pictures"];
        stage.run(&args).exits(0).says(&["photo files: 6 read"]);
        let shown: Vec<String> = photos(&stage.text("back.vcf")).into_iter().map(|(_, photo)| photo).collect();
        assert_eq!(shown, ["0", "1", "2", "3", "4", "0"], "{profile}");
    }
}

/// The table says the same however many threads write it, and a link stays a link.
#[test]
fn names_of_photos_do_not_depend_on_the_order() {
    let stage = Stage::new();
    let cards: String = (0..2000).map(|at| card("Ann", &format!("{}", at % 700))).collect();
    let link = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Bo\r\nPHOTO;VALUE=uri:https://a.example/b.jpg\r\nEND:VCARD\r\n";
    stage.write("in.vcf", cards + link);
    let run = || {
        stage.run(&["convert", "in.vcf", "-o", "out.csv", "--photos", "p"]).exits(0).says(&["names: 700"]);
        stage.text("out.csv")
    };
    let first = run();
    assert!(first.contains("https://a.example/b.jpg"));
    assert_eq!(run(), first);
}

#[test]
fn what_cannot_go_together_is_refused() {
    let stage = Stage::new();
    stage.write("in.vcf", card("Ann", "1"));
    stage.write("in.csv", "First Name,Photo\nAnn,a.jpg\n");
    stage.write("p/mine.txt", "mine");
    let run = |args: &[&str]| stage.run(&[&["convert"], args].concat());
    run(&["in.vcf", "-o", "a.csv", "--photos", "q", "--profile", "outlook-desktop"])
        .stops(2, &["--photos", "google or generic"]);
    run(&["in.vcf", "-o", "a.vcf", "--photos", "q"]).stops(2, &["--photos", "tables"]);
    run(&["in.vcf", "-o", "p/a.csv", "--photos", "p"]).stops(2, &["--photos p", "where the table is written"]);
    run(&["in.vcf", "-o", "a.csv", "--photos", "p"]).stops(1, &["mine.txt"]);
    run(&["in.csv", "-o", "a.csv", "--photo-dir", "p"]).stops(2, &["--photo-dir", "--photos"]);
    run(&["in.csv", "-o", "a.vcf", "--photo-dir", "none"]).stops(2, &["--photo-dir none"]);
    run(&["in.csv", "-o", "a.vcf", "--photo-name", "{email}.jpg"]).stops(2, &["required"]);
    assert_eq!(stage.names(), ["in.csv", "in.vcf", "p"]);
}

#[test]
fn an_import_takes_photos_from_the_directory_and_an_export_puts_them_there() {
    let stage = Stage::new();
    stage.write(
        "people.csv",
        "First Name,Last Name,Email,Photo\nAnn,Lee,a@example.com,ann.jpg\nBo,Lee,b@b.example,b.jpg\n",
    );
    stage.write("p/ann.jpg", jpeg("ann"));
    let import = ["import", "people.csv", "--to", "sandbox", "--photo-dir", "p"];
    stage.run(&import).exits(0).says(&["created 2", "photos: 1", "photo files: 1 read, 1 could not be"]);
    stage.run(&import).exits(0).says(&["unchanged 2"]);
    let export = ["export", "--from", "sandbox", "-o", "back.csv", "--photos", "q"];
    stage.run(&export).exits(0).says(&["photos: 1", "q has the photos that the table names: 1"]);
    stage.run(&["convert", "back.csv", "-o", "back.vcf", "--photo-dir", "q"]).exits(0);
    assert_eq!(pairs(&photos(&stage.text("back.vcf"))), [("Ann Lee", "ann"), ("Bo Lee", "")]);
}
