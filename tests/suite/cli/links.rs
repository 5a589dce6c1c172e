//! Photos that are links: told, and never reached unasked, nor where they must not lead.

use std::io::ErrorKind;
use std::net::TcpListener;

use pretty_assertions::assert_eq;
use serde_json::json;

use super::{Ran, Stage};

/// Counts as a visitor whoever connects to it.
struct Door(TcpListener);

impl Door {
    fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    fn had_no_visitor(&self) {
        let kind = self.0.accept().map(|(_, from)| panic!("{from} connected")).unwrap_err().kind();
        assert_eq!(kind, ErrorKind::WouldBlock);
    }
}

/// A stage with a file of a card for each link.
fn stage(links: &[&str]) -> Stage {
    let card =
        |link: &&str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{link}\r\nPHOTO;VALUE=uri:{link}\r\nEND:VCARD\r\n");
    let stage = Stage::new();
    stage.write("links.vcf", links.iter().map(card).collect::<String>());
    stage
}

/// Runs a conversion and an import of the stage's file, as if the network were behind a proxy.
fn both(stage: &Stage, proxy: &Door, more: &[&str]) -> [Ran; 2] {
    [["convert", "links.vcf", "-o", "out.vcf"], ["import", "links.vcf", "--to", "sandbox"]].map(|args| {
        let mut command = stage.command();
        command.args(args).args(more);
        for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
            command.env(name, format!("http://{}", proxy.address()));
        }
        Ran::of(command, b"")
    })
}

#[test]
fn a_link_is_told_and_left_alone() {
    let door = Door::open();
    let here = format!("https://{}/a.jpg", door.address());
    let stage = stage(&[&here, "https://b.example/1", "https://B.example:443/2?x", "http://a.example/", "cid:part1"]);
    let [convert, import] = both(&stage, &door, &["-v", "--json"]);
    let hosts = json!({ "127.0.0.1": 1, "a.example": 1, "b.example": 2, "cid:": 1 });
    let links = json!({ "fetched": 0, "kept": 5, "lost": 0, "notFetched": 0, "hosts": hosts });
    for ran in [&convert, &import] {
        assert_eq!((&ran.json()["photoLinks"], &ran.json()["refusedPhotos"]), (&links, &0.into()));
    }
    let hosts = "nothing was downloaded (b.example 2, 127.0.0.1 1, a.example 1, cid: 1); --fetch-photos downloads them";
    let each = format!("  photo kept as a link: {here}\n");
    convert.exits(0).says(&[&format!("photo links: 5 kept as links, {hosts}\n"), &each]);
    import.exits(0).says(&[&format!("photo links: 5 kept as links, which Outlook does not show, {hosts}\n"), &each]);
    assert_eq!(stage.text("out.vcf").matches("\r\nPHOTO;VALUE=uri:").count(), 5);
    let export = stage.run(&["export", "--from", "sandbox", "-o", "back.vcf"]).exits(0);
    assert!(!export.err.contains("--fetch-photos"), "{}", export.err);
    export.says(&["photo links: 5 kept as links, nothing was downloaded (b.example 2, "]);
    assert_eq!(stage.text("back.vcf").matches("\r\nPHOTO;VALUE=uri:").count(), 5);
    door.had_no_visitor();
}

#[test]
fn a_link_that_must_not_be_followed_stays_a_link_and_says_why() {
    let door = Door::open();
    let here = format!("https://{}/a.jpg", door.address());
    let links = [
        (here.as_str(), "only port 443 is used"),
        ("https://127.0.0.1/a.jpg", "it leads to 127.0.0.1, this machine itself"),
        // A proxy would be asked for a name without looking at its address.
        ("https://localhost/a.jpg", "this machine itself"),
        ("https://169.254.169.254/latest/meta-data", "where clouds keep their metadata"),
        ("http://a.example/a.jpg", "only https is followed"),
    ];
    let stage = stage(&links.map(|(link, _)| link));
    for ran in both(&stage, &door, &["--fetch-photos", "--json"]) {
        let json = ran.json();
        assert_eq!((&json["photoLinks"]["kept"], &json["photoLinks"]["fetched"]), (&5.into(), &0.into()));
        assert_eq!((&json["refusedPhotos"], &json["photoLinks"]["notFetched"]), (&0.into(), &5.into()));
        let whys = links.map(|(_, why)| why);
        let ran = ran.exits(3).says(&whys).says(&[
            "photo links: 0 downloaded, 5 kept as links",
            "(127.0.0.1 2, ",
            "; 5 could not be downloaded\n",
        ]);
        let told = ran.err.matches("without its photo: its link was not fetched: ").count();
        assert_eq!(told, 5, "{}", ran.err);
    }
    assert_eq!(stage.text("out.vcf").matches("\r\nPHOTO;VALUE=uri:").count(), 5);
    door.had_no_visitor();
}

#[test]
fn a_table_takes_links_and_no_pictures() {
    let stage = stage(&["https://a.example/1"]);
    stage.run(&["convert", "links.vcf", "-o", "a.csv", "--fetch-photos"]).stops(2, &["--fetch-photos", "table"]);
    let kept = stage.run(&["convert", "links.vcf", "-o", "a.csv", "--profile", "google"]).exits(0);
    kept.says(&["photo links: 1 kept as a link, nothing was downloaded (a.example 1)"]);
    let lost = stage.run(&["convert", "links.vcf", "-o", "a.csv", "--profile", "outlook-desktop"]).exits(0);
    assert!(!lost.err.contains("photo links"), "{}", lost.err);
    lost.says(&["1 × photo: the target has no place for it"]);
}

#[test]
fn a_program_that_follows_no_link_loses_the_photo_with_a_way_out() {
    let stage = stage(&["https://a.example/1", "https://b.example/2"]);
    let args = ["convert", "links.vcf", "-o", "out.vcf", "--profile", "apple", "--json"];
    let ran = stage.run(&args).exits(0);
    assert_eq!((&ran.json()["photoLinks"]["lost"], &ran.json()["losses"][0]["count"]), (&2.into(), &2.into()));
    ran.says(&["note: apple follows no link: 2 photos that are links were left out; --fetch-photos downloads their"]);
    let kept = stage.run(&["convert", "links.vcf", "-o", "out.vcf"]).exits(0);
    assert!(!kept.err.contains("left out"), "{}", kept.err);
}
