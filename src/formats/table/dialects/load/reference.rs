//! The headers that were collected in the wild, read in place beside the corpus: each one means here what it means there.

use std::collections::BTreeMap;
use std::path::Path;

use super::*;

/// What the collection calls otherwise, or has apart.
const RENAMED: &[(&str, &str, &str, &str)] = &[
    // dialect, locale, our dialect, our language
    ("evolution-outlook-alias", "en", "outlook-desktop", "en"),
    ("google-outlook-new", "en", "google-outlook", "en"),
    ("google-outlook-old", "en", "google-outlook", "en"),
    ("ms365-import-doc", "de", "outlook-desktop", "de"),
    ("ms365-import-doc", "nb_NO", "outlook-desktop", "nb"),
    ("outlook-com-2014", "en", "outlook-com", "en"),
    ("outlook-desktop", "de_CH", "outlook-desktop", "de"),
    ("outlook-desktop", "en_GB", "outlook-desktop", "en"),
    ("outlook-desktop", "fi", "thunderbird", "fi"),
    ("proton-alias", "en", "generic", "en"),
    ("thunderbird", "de_CH", "thunderbird", "de"),
    ("thunderbird", "en_CA", "thunderbird", "en-GB"),
    ("thunderbird", "ja_JP_mac", "thunderbird", "ja"),
    ("windows-address-book", "en", "windows-live-mail", "en"),
    ("windows-live-mail", "en_GB", "windows-live-mail", "en"),
    ("yahoo", "en_GB", "yahoo", "en"),
];

/// Languages that one country alone has here.
const LANGUAGES: &[(&str, &str)] = &[
    ("es_ES", "es"),
    ("fy_NL", "fy"),
    ("ga_IE", "ga"),
    ("hy_AM", "hy"),
    ("nb_NO", "nb"),
    ("nn_NO", "nn"),
    ("pa_IN", "pa"),
    ("sv_SE", "sv"),
];

/// Where a header is read otherwise on purpose: dialect, header (all, where there is none), its meaning there and here.
const OTHERWISE: &[(&str, &str, &str, &str)] = &[
    // What people type does not say whose address, number or page it is.
    ("generic", "", "address.business.", "address.plain."),
    ("generic", "", "phone.business[1]", "phone.plain"),
    ("generic", "Office Phone", "phone.business[1]", "phone.business[1]"),
    ("generic", "Work Phone", "phone.business[1]", "phone.business[1]"),
    ("generic", "", "phone.business_fax", "phone.fax"),
    ("generic", "", "url.business", "url.plain"),
    ("proton-alias", "", "address.other.", "address.plain."),
    // One cell that is called an address is all of it.
    ("proton-alias", "address", "address.other.street", "address.plain.formatted"),
    // The header says of whom the address is.
    ("generic", "Work Email", "email[1].address", "email.business"),
    ("roundcube", "Email Home", "email[1].address", "email.home"),
    ("roundcube", "Email Work", "email[1].address", "email.business"),
    ("roundcube", "Email Other", "email[1].address", "email.other"),
    ("snappymail", "Home Email", "email[home].address", "email.home"),
    ("snappymail", "Business Email", "email[work].address", "email.business"),
    ("tine20", "email_home", "email[2].address", "email.home"),
    ("mac-addressbook-exporter", "Arbeit E-Mail", "email[1].address", "email.business"),
    ("mac-addressbook-exporter", "Privat E-Mail", "email[2].address", "email.home"),
    ("mac-addressbook-exporter", "Andere E-Mail", "email[3].address", "email.other"),
    // The header says which service it is.
    ("yahoo", "AIM ID", "im.screen_name", "im.aim"),
    ("yahoo", "Yahoo! ID", "im[1].address", "im.yahoo"),
    ("yahoo", "Messenger ID", "im[", "im.yahoo"),
    // It says which of the phones comes first.
    ("yahoo", "Primary", "meta.primary_phone_selector", "phone.preferred"),
    // The fax of another translation of the same table.
    ("outlook-desktop", "Outro Fax", "phone.other", "phone.other_fax"),
];

/// A file beside the corpus; without it there is nothing to compare.
fn reference(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the test finds what it compares with by the environment")]
    let corpus = std::env::var_os("CARDFERRY_CORPUS")?;
    let path = Path::new(&corpus).parent()?.join("reference").join(name);
    #[expect(clippy::disallowed_methods, reason = "and reads it")]
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        println!("{} is missing: the headers of the wild are not compared", path.display());
    }
    text
}

/// One line of the collection.
struct Line<'t> {
    dialect: &'t str,
    locale: &'t str,
    header: &'t str,
    name: &'t str,
    position: usize,
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let line = |line| {
        let cells: Vec<&str> = str::split(line, '\t').collect();
        let position = cells[5].parse().unwrap_or(usize::MAX);
        Line { dialect: cells[0], locale: cells[1], header: cells[2], name: cells[3], position }
    };
    text.lines().skip(1).map(line).collect()
}

fn table_of(dialect: &str, locale: &str) -> &'static Table {
    let renamed = RENAMED.iter().find(|(from, of, ..)| (*from, *of) == (dialect, locale));
    let language = LANGUAGES.iter().find(|(from, _)| *from == locale).map_or(locale, |(_, to)| to).replace('_', "-");
    let name = renamed
        .map_or_else(|| format!("{dialect}/{language}"), |(_, _, dialect, language)| format!("{dialect}/{language}"));
    tables().iter().find(|table| table.name() == name).unwrap_or_else(|| panic!("no table {name}"))
}

/// What a line's header should mean here.
fn meaning(line: &Line<'_>) -> String {
    let fits = |(dialect, header, from, _): &&(&str, &str, &str, &str)| {
        *dialect == line.dialect && line.header.starts_with(header) && line.name.starts_with(from)
    };
    let mut rows: Vec<_> = OTHERWISE.iter().filter(fits).collect();
    rows.sort_by_key(|(_, header, ..)| header.len());
    rows.last().map_or_else(
        || line.name.to_owned(),
        |(_, _, from, to)| if to.ends_with('.') { line.name.replace(from, to) } else { (*to).to_owned() },
    )
}

/// English leftovers of one translation, which is Atmail's table and stands there.
fn is_leftover(line: &Line<'_>) -> bool {
    let atmail = table(Dialect::Atmail, "en").and_then(|table| table.header(&fold(line.header), 0));
    line.locale != "en" && line.dialect == "outlook-desktop" && atmail.is_some_and(|header| header.name == line.name)
}

#[test]
fn each_header_of_the_wild_means_the_same_here() {
    let Some(text) = reference("headers.tsv") else { return };
    let mut wrong = Vec::new();
    let lines = lines(&text);
    assert!(lines.len() > 6000, "{}", lines.len());
    for line in &lines {
        let table = table_of(line.dialect, line.locale);
        let wanted = Column::named(&meaning(line)).unwrap_or_else(|| panic!("{} is no column", meaning(line)));
        let mut readings = (0..5).filter_map(|nth| table.header(&fold(line.header), nth));
        if !readings.any(|header| header.column == wanted) && !is_leftover(line) {
            wrong.push(format!("{}/{} “{}” {}", line.dialect, line.locale, line.header, line.name));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
}

/// Where the place of a header is known, twins come in its order, and so does the program's own table.
#[test]
fn headers_with_a_place_come_in_that_order() {
    let Some(text) = reference("headers.tsv") else { return };
    let mut placed: BTreeMap<(&str, &str), Vec<Line<'_>>> = BTreeMap::new();
    for line in lines(&text).into_iter().filter(|line| line.position != usize::MAX) {
        placed.entry((line.dialect, line.locale)).or_default().push(line);
    }
    for ((dialect, locale), mut lines) in placed {
        let table = table_of(dialect, locale);
        lines.sort_by_key(|line| line.position);
        let mut seen: HashMap<String, usize> = HashMap::new();
        for line in &lines {
            let nth = seen.entry(fold(line.header)).or_default();
            let read = table.header(&fold(line.header), *nth).map(|header| header.column);
            *nth += 1;
            assert_eq!(read, Column::named(&meaning(line)), "{dialect}/{locale} “{}” {}", line.header, line.position);
        }
        if dialect == "outlook-desktop" {
            let own: Vec<_> = table.headers[..table.own].iter().map(|header| header.text).collect();
            let there: Vec<_> = lines.iter().map(|line| line.header).collect();
            assert_eq!(own, there, "{dialect}/{locale}");
        }
    }
}

/// The twins that were found: each meaning is reached by one of them.
#[test]
fn twins_of_the_wild_are_told_apart() {
    let Some(text) = reference("collisions.tsv") else { return };
    let mut compared = 0;
    for line in text.lines().filter(|line| line.starts_with("same-file")) {
        let cells: Vec<&str> = line.split('\t').collect();
        let (dialect, locale) = cells[1].split_once('/').unwrap();
        let meanings: Vec<(&str, &str)> =
            cells[3].split(" | ").map(|meaning| meaning.split_once(" @").unwrap()).collect();
        let read = |nth| table_of(dialect, locale).header(&fold(cells[2]), nth).unwrap().name;
        let found: Vec<_> = (0..meanings.len()).map(read).collect();
        for (name, _) in &meanings {
            assert!(found.contains(name), "{dialect}/{locale} “{}”: {found:?}", cells[2]);
        }
        let mut placed: Vec<(usize, &str)> =
            meanings.iter().filter_map(|(name, place)| Some((place.parse().ok()?, *name))).collect();
        placed.sort_unstable();
        let in_order = placed.iter().map(|(_, name)| *name).eq(found.iter().copied());
        assert!(placed.is_empty() || in_order, "{dialect}/{locale} “{}”: {found:?}", cells[2]);
        compared += 1;
    }
    assert!(compared > 40, "{compared}");
}
