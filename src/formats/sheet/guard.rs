//! A look at the parts of an XLSX or ODS file before they are parsed: a parser holds a text or a table of styles
//! in memory, and a small file can unpack to very large ones.

use std::io::{self, Read};

use memchr::memmem;

/// What all parts may unpack to. A full sheet of 92 columns comes to some 3 GiB.
const MAX_ALL: u64 = 4 * 1024 * 1024 * 1024;

/// What any other part may unpack to that is neither a sheet nor the texts of one.
const MAX_PART: u64 = 16 * 1024 * 1024;

/// The longest text, tag or comment. A cell of Excel has at most 32,767 characters.
const MAX_RUN: u64 = 16 * 1024 * 1024;

/// More styles than any program makes; Excel has at most 65,490.
const MAX_STYLES: usize = 200_000;

/// Looks at part after part of one file.
#[derive(Debug, Default)]
pub struct Guard {
    all: u64,
}

impl Guard {
    /// Looks at a part, to its end.
    ///
    /// # Errors
    /// What is wrong with it, and what to do; or why it cannot be read.
    pub fn part(&mut self, name: &str, mut bytes: impl Read) -> Result<(), String> {
        let name = name.to_ascii_lowercase();
        let limit = match name.rsplit('/').next().unwrap_or_default() {
            "sharedstrings.xml" | "content.xml" => MAX_ALL,
            _ if name.contains("/worksheets/") => MAX_ALL,
            _ => MAX_PART,
        };
        let (mut size, mut styles, mut runs) = (0, 0, Runs::default());
        let mut block = vec![0; 64 * 1024];
        loop {
            let count = match bytes.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(format!("its part {name} cannot be read: {error}")),
            };
            let read = &block[..count];
            (size, self.all) = (size + count as u64, self.all + count as u64);
            if name.ends_with("styles.xml") {
                styles += memmem::find_iter(read, "xf ").count() + memmem::find_iter(read, "xf/").count();
            }
            let too_much = size > limit || self.all > MAX_ALL || styles > MAX_STYLES || !runs.go_on(read);
            if too_much {
                return Err(format!("its part {name} unpacks to more than any workbook of contacts has; {WAY_OUT}"));
            }
        }
        Ok(())
    }
}

const WAY_OUT: &str = "it is damaged or forged: open it in a spreadsheet program and save it as CSV";

/// Measures what stands between one mark of XML and the next, which a parser holds in memory.
#[derive(Debug, Default)]
struct Runs {
    run: u64,
    /// The bytes behind a `<`, as long as they may begin a comment or a literal text.
    began: Option<Vec<u8>>,
    /// What ends the comment or the literal text that is open.
    end: Option<&'static [u8; 3]>,
    last: [u8; 3],
}

impl Runs {
    /// Goes over some bytes; false when a run is too long.
    fn go_on(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            self.last = [self.last[1], self.last[2], *byte];
            self.run += 1;
            match self.end {
                Some(end) if self.last == *end => (self.end, self.run) = (None, 0),
                Some(_) => {}
                None => self.plain(*byte),
            }
            if self.run > MAX_RUN {
                return false;
            }
        }
        true
    }

    fn plain(&mut self, byte: u8) {
        if let Some(began) = &mut self.began {
            began.push(byte);
            if began == b"!--" {
                (self.end, self.began) = (Some(b"-->"), None);
            } else if began == b"![CDATA[" {
                (self.end, self.began) = (Some(b"]]>"), None);
            } else if !b"!--".starts_with(began) && !b"![CDATA[".starts_with(began) {
                self.began = None;
            }
        }
        match byte {
            b'<' => (self.run, self.began) = (0, Some(Vec::new())),
            b'>' if self.end.is_none() => self.run = 0,
            _ => {}
        }
    }
}

/// Whether the manifest of an ODS file (`META-INF/manifest.xml`) says that its parts are encrypted.
pub fn is_encrypted(manifest: impl Read) -> bool {
    let mut bytes = Vec::new();
    // What cannot be read here fails again when the content is.
    let _ = manifest.take(MAX_PART).read_to_end(&mut bytes);
    memmem::find(&bytes, b"encryption-data").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(name: &str, bytes: impl Read) -> Result<(), String> {
        Guard::default().part(name, bytes)
    }

    #[test]
    fn ordinary_parts_pass() {
        let texts = br#"<sst count="3" uniqueCount="2"><si><t>a</t></si><si><t>b</t></si></sst>"#;
        says("xl/sharedStrings.xml", texts.as_slice()).unwrap();
        says("xl/worksheets/sheet1.xml", "<row><!-- < --><![CDATA[ <<< ]]></row>".repeat(1_000_000).as_bytes())
            .unwrap();
    }

    #[test]
    fn what_a_parser_would_hold_in_memory_is_bounded() {
        let run = |begin: &'static [u8], byte| begin.chain(io::repeat(byte).take(MAX_RUN + 1)).chain(&b">"[..]);
        for (begin, byte) in [(&b"<t>"[..], b'x'), (b"<!--", b'<'), (b"<![CDATA[", b'>'), (b"<t a='", b' ')] {
            assert!(says("xl/worksheets/sheet1.xml", run(begin, byte)).is_err(), "{begin:?}");
        }
        assert!(says("xl/styles.xml", "<xf />".repeat(MAX_STYLES + 1000).as_bytes()).is_err());
        assert!(says("xl/workbook.xml", io::repeat(b'>').take(MAX_PART + 1)).is_err());
        let mut guard = Guard { all: MAX_ALL };
        assert!(guard.part("xl/worksheets/sheet1.xml", &b"<"[..]).is_err());
    }

    #[test]
    fn an_encrypted_file_is_known_by_its_manifest() {
        assert!(is_encrypted(&b"<manifest:encryption-data manifest:checksum='x'/>"[..]));
        assert!(!is_encrypted(&b"<manifest:file-entry/>"[..]));
    }
}
