use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

/// An archive of these files.
fn zipped(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn list(archive: &[u8]) -> io::Result<Archive> {
    Archive::list(&Spool::of(archive)?, |name| name.ends_with(".vcf"))
}

fn read(member: &Result<Member, String>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    member.as_ref().unwrap().open()?.read_to_end(&mut bytes).map(|_| bytes)
}

#[test]
fn members_are_read_whole_and_as_often_as_wanted() {
    let files: [(&str, &[u8]); 4] =
        [("a.vcf", b"first"), ("x/b.txt", b"other"), ("x\\c.vcf", &[7; 100_000]), ("d.vcf", b"")];
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let archive = list(&zipped(&files, method)).unwrap();
        let names: Vec<_> = archive.members.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a.vcf", "x/c.vcf", "d.vcf"]);
        assert_eq!((archive.others.as_slice(), archive.other_count), (["x/b.txt".to_owned()].as_slice(), 1));
        for _ in 0..2 {
            assert_eq!(read(&archive.members[0].1).unwrap(), b"first");
            assert!(read(&archive.members[1].1).unwrap() == [7; 100_000]);
            assert_eq!(read(&archive.members[2].1).unwrap(), b"");
        }
        assert_eq!(archive.damage, None);
    }
}

#[test]
fn every_damaged_byte_is_told_or_does_no_harm() {
    let content = b"BEGIN:VCARD, which is said over and over: BEGIN:VCARD".repeat(3);
    let whole = zipped(&[("a.vcf", &content), ("b.vcf", b"another")], CompressionMethod::Deflated);
    let mut told = 0;
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        let Ok(archive) = list(&damaged) else {
            told += 1;
            continue;
        };
        for (_, member) in &archive.members {
            match member.as_ref().map(|_| read(member)) {
                Ok(Ok(bytes)) => assert!(bytes == content || bytes == b"another", "byte {at}"),
                _ => told += 1,
            }
        }
    }
    assert!(told > whole.len() / 2, "{told} of {}", whole.len());
}

#[test]
fn an_archive_that_was_cut_off_is_told() {
    let whole = zipped(&[("a.vcf", b"content"), ("b.vcf", b"more")], CompressionMethod::Stored);
    for length in 0..whole.len() {
        assert!(list(&whole[..length]).is_err(), "{length}");
    }
}

#[test]
fn a_bomb_is_stopped_long_before_its_end() {
    let archive = list(&zipped(&[("a.vcf", &vec![b' '; 26 << 20])], CompressionMethod::Deflated)).unwrap();
    let member = archive.members[0].1.as_ref().unwrap();
    assert!(member.packed * MAX_RATIO < member.size, "the test's bomb is none");
    let (mut bytes, mut some, mut given) = (member.open().unwrap(), [0; 4096], 0);
    let error = loop {
        match bytes.read(&mut some) {
            Ok(count) => given += count as u64,
            Err(error) => break error,
        }
    };
    assert!(given <= FREE + member.packed * MAX_RATIO, "{given}");
    assert!(error.to_string().contains("absurd size"), "{error}");
}

#[test]
fn members_that_share_their_bytes_are_refused() {
    let mut forged = zipped(&[("a.vcf", b"content"), ("b.vcf", b"CONTENT")], CompressionMethod::Stored);
    // The second entry of the table of contents is made to point at the first member.
    let entry = forged.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    forged[entry + 42..entry + 46].fill(0);
    let archive = list(&forged).unwrap();
    assert_eq!(archive.members.iter().filter(|(_, member)| member.is_err()).count(), 1);
}

#[test]
fn what_is_packed_otherwise_is_told_by_name() {
    let mut archive = zipped(&[("a.vcf", b"content"), ("b.vcf", b"content")], CompressionMethod::Stored);
    // Both headers of the first member say bzip2, and those of the second that it is encrypted.
    let places = |mark: &[u8]| {
        archive.windows(4).enumerate().filter(|(_, window)| *window == mark).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let (local, central) = (places(b"PK\x03\x04"), places(b"PK\x01\x02"));
    (archive[local[0] + 8], archive[central[0] + 10]) = (12, 12);
    archive[local[1] + 6] |= 1;
    archive[central[1] + 8] |= 1;
    let members = list(&archive).unwrap().members;
    let says = |at: usize| members[at].1.as_ref().unwrap_err().as_str();
    assert!(says(0).contains("packed in a way") && says(1).contains("encrypted"), "{members:?}");
}
