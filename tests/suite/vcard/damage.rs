//! Real cards, damaged: whatever is done to a card, reading it ends, its neighbours stay what they are, and what is
//! written of it settles.

use cardferry::formats::Outcome;

use super::corpus::files;
use super::samples::samples;
use crate::damaging::{
    Damage, LARGEST, campaign, cut_off, cut_out, duplicate_a_line, flip_bits, insert, insert_garbage, lines,
    swap_two_lines, without_panic,
};
use crate::generator::Draw;
use crate::laws;

const DAMAGES: &[Damage] = &[
    flip_bits,
    cut_out,
    cut_off,
    duplicate_a_line,
    swap_two_lines,
    move_a_line_into_another,
    break_anywhere,
    fold_anywhere,
    join_two_lines,
    insert_garbage,
    insert_garbage,
    insert_very_many,
    insert_a_piece,
    insert_a_piece,
];

fn move_a_line_into_another(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let mut lines = lines(&bytes);
    let line = lines.remove(draw.below(lines.len()));
    let mut rest = lines.concat();
    let at = draw.below(rest.len() + 1);
    rest.splice(at..at, line);
    rest
}

fn break_anywhere(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let end = [b"\r\n".as_slice(), b"\n", b"\r", b"=\r\n", b"\\\n", b"\r\n\r\n"][draw.below(6)];
    insert(draw, bytes, end)
}

fn fold_anywhere(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let fold = [b"\r\n ".as_slice(), b"\n\t", b"\r ", b"\r\n  ", b"=\r\n ", b"\n \n "][draw.below(6)];
    insert(draw, bytes, fold)
}

fn join_two_lines(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    let mut lines = lines(&bytes);
    let at = draw.below(lines.len());
    while lines[at].last().is_some_and(u8::is_ascii_whitespace) {
        lines[at].pop();
    }
    lines.concat()
}

fn insert_very_many(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    const MANY: [&[u8]; 10] =
        [b";", b",", b"\\", b"=", b"\"", b"\r\n", b"\r\n ", b";TYPE=HOME", b"\0", b"\r\nTEL;TYPE=WORK:1\r\n"];
    let piece = MANY[draw.below(MANY.len())].repeat(200 + draw.below(400));
    insert(draw, bytes, &piece)
}

/// What a card's reading turns on.
fn insert_a_piece(draw: &mut Draw, bytes: Vec<u8>) -> Vec<u8> {
    const PIECES: [&[u8]; 24] = [
        b"BEGIN:VCARD\r\n",
        b"\r\nEND:VCARD\r\n",
        b"\r\nVERSION:2.1\r\n",
        b"\r\nVERSION:4.0\r\n",
        b"\r\nAGENT:\r\nBEGIN:VCARD\r\n",
        b";ENCODING=QUOTED-PRINTABLE",
        b";ENCODING=BASE64",
        b";ENCODING=b",
        b";CHARSET=SHIFT_JIS",
        b";CHARSET=UTF-16",
        b";VALUE=uri",
        b";PREF=1;PREF=2",
        b";TYPE=",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\0",
        b"data:image/png;base64,",
        b"item1.",
        b"\r\nitem1.X-ABLabel:_$!<Home>!$_\r\n",
        b"\r\nX-ABLabel:\r\n",
        b"\r\nN:;;;;\r\n",
        b"\r\nORG:;;a\r\n",
        b"\r\nBDAY;X-APPLE-OMIT-YEAR=1604:1604-02-30\r\n",
        b"\r\nADR:;;;;;;;;;;;;;;;;;;;;\r\n",
    ];
    let piece = PIECES[draw.below(PIECES.len())];
    insert(draw, bytes, piece)
}

const BEFORE: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Byron;Zoë;;;\r\nFN:Zoë Byron\r\nTEL;TYPE=CELL:1\r\nEND:VCARD\r\n";
const AFTER: &str = "\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;Ada\r\n\
    FN:Ada\r\nNOTE:two=\r\nEND:VCARD\r\n";

/// Cards that stand before and after a damaged one are what they are alone. A card that ends in an AGENT without a
/// value has the next one for its agent (vCard 2.1): nobody can tell that it was meant otherwise.
fn neighbours_survive(bytes: &[u8]) -> Result<(), String> {
    if bytes.trim_ascii_end().to_ascii_uppercase().ends_with(b"AGENT:") {
        return Ok(());
    }
    let source = [BEFORE.as_bytes(), bytes, AFTER.as_bytes()].concat();
    let (records, whole) = laws::as_far_as(&source);
    let alone = |card: &str| laws::as_far_as(card.as_bytes()).0.pop().map(|record| (record.outcome, record.losses));
    let ends = [records.first(), records.last()].map(|record| record.map(|it| (it.outcome.clone(), it.losses.clone())));
    let [before, after] = ends;
    if !whole {
        return Err("the file cannot be read to its end".to_owned());
    }
    if before != alone(BEFORE) {
        return Err("the card before it is another one".to_owned());
    }
    if after != alone(AFTER) {
        return Err("the card after it is another one".to_owned());
    }
    Ok(())
}

/// Every law, and no panic.
fn holds(bytes: &[u8]) -> Result<(), String> {
    without_panic(|| {
        laws::reading_does_no_harm(bytes)?;
        neighbours_survive(bytes)?;
        laws::round_trips_settle(bytes)
    })
}

#[test]
fn a_damaged_card_does_no_harm() {
    let mut all = files();
    all.extend(samples());
    all.retain(|(_, bytes)| bytes.len() <= LARGEST && !bytes.is_empty());
    campaign(&all, DAMAGES, holds);
}

/// The least of what broke a law once.
#[test]
fn what_did_harm_does_so_no_more() {
    const FOUND: &[&str] = &[
        "BEGIN:VCARD\nAGENT:BEGIN:VCARD\n",
        "BEGIN:VCARD\nAGENT:BEGIN:VCARD\\nEND:VCARD\\nEND:VCARD\n",
        "BEGIN:VCARD\nEND:\n",
        "BEGIN:VCARD\nIMPP:skype:\n",
        "BEGIN:VCARD\nIMPP;X-SERVICE-TYPE= :xmpp:a\n",
        "BEGIN:VCARD\nFN:a\nNICKNAME:,\n",
        "BEGIN:VCARD\nNICKNAME:a\\n\n",
        "BEGIN:VCARD\nTEL;PREF=1;PREF=2nd:1\n",
        "BEGIN:VCARD\nTEL:tel:\u{b}7\n",
        "BEGIN:VCARD\nGEO:geo:\\n1,2\n",
        "BEGIN:VCARD\nVERSION:2.1\nNOTE;ENCODING=QUOTED-PRINTABLE:a=00b\n",
        "BEGIN:VCARD\nitem1.TEL:2\nITEM1.X-ABLABEL:C\nITEM1.X-ABDATE:2024-01-01\n",
        "BEGIN:VCARD\nitem2.IMPP:1\nitem2.X-ABRELATEDNAMES:y\nitem2.X-ABLabel:_$!<Spouse>!$_\n",
        "BEGIN:VCARD\nitem1.X-ABLabel:_$!<Home>!$_\nitem1.EMAIL:e\nitem1.X-ABLABEL:l\n",
        "BEGIN:VCARD\nNOTE;ENCODING=:\u{fffd}\nTEL;:4\nADR;HOME:0\nLABEL;VALUE=E;ENCODING:s\n",
        "BEGIN:VCARD\nVERSION:2.1\nPHOTO;ENCODING=BASE64:AG:\u{fffd}\n",
        "BEGIN:VCARD\nTEL;VALUE=,text:tel:1\n",
        "BEGIN:VCARD\nTEL;VALUE=uvoice,video,text:tel:1\n",
        "BEGIN:VCARD\nTEL;VALUE=;VALUE=uri:tel:5\n",
        "BEGIN:VCARD\nPHOTO;ENCODING=b;TYPE=PNG:\\,\n",
        "BEGIN:VCARD\nPHOTO;ENCODING=b:data:image/png;base64,AAAA)\\,B\\:C\n",
        "BEGIN:VCARD\nX-MS-TEXT:\nX-CUSTOM1:c\nX-MS-TEXT:b\nX-CUSTOM3:d\n",
        "BEGIN:VCARD\nX-MS-IMADDRESS:im:a\nIMPP:im:\nIMPP:IM:a\nIMPP:b\n",
        "BEGIN:VCARD\nPHOTO:data:;base64\\\nk\n",
        "BEGIN:VCARD\nPHOTO;X-ENCODING=b:data:image/jpeg;base64,/9j/\\\n4AAQ\n",
        "BEGIN:VCARD\nKEY;ENCODING=b;TYPE=X y, z:AA==\n",
        "BEGIN:VCARD\nKEY;ENCODING=b;TYPE=\u{fffd},\u{fffd}b:AA==\n",
        "BEGIN:VCARD\nKEY;ENCODING=b;TYPE=\"work, voice\":AA==\n",
        "BEGIN:VCARD\nSOUND;ENCODING=b;TYPE=\u{7},a/b,c+d, e:AA==\n",
        "BEGIN:VCARD\nVERSION:4.0\nKEY;MEDIATYPE=a b;TYPE=\" c\":data:d e;base64,AA==\n",
        "BEGIN:VCARD\nORG:\norg2.ORG:\norg2.TITLE:;\nTITLE:e\norg2.ORG:\norg2.TITLE:;\n",
    ];
    for shift in 0..60 {
        let note = format!("BEGIN:VCARD\nNOTE:{}ü END:VCARD and BEGIN:VCARD\n", "x".repeat(shift));
        assert_eq!(holds(note.as_bytes()), Ok(()), "{note}");
    }
    let wrong = FOUND.iter().filter_map(|source| Some((source, holds(source.as_bytes()).err()?)));
    assert_eq!(wrong.collect::<Vec<_>>(), []);
}

/// Sizes that a quadratic reader or writer would not live to see the end of.
#[test]
fn huge_counts_are_read() {
    let many =
        |line: &str, count: usize| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\n{}END:VCARD\r\n", line.repeat(count));
    let sources = [
        many("X-ODD:1\r\n", 20_000),
        many("TEL;TYPE=HOME:1\r\n", 20_000),
        many("\r\n", 100_000),
        many("junk\r\n", 20_000),
        format!("BEGIN:VCARD\r\nFN:a\r\nCATEGORIES:{}\r\nEND:VCARD\r\n", "a,".repeat(50_000)),
        format!("BEGIN:VCARD\r\nFN:a\r\nTEL{}:1\r\nEND:VCARD\r\n", ";TYPE=X".repeat(20_000)),
        format!("BEGIN:VCARD\r\nFN:{}\r\nEND:VCARD\r\n", "a\r\n ".repeat(100_000)),
        "BEGIN:VCARD\r\n".repeat(20_000),
        "END:VCARD\r\n".repeat(20_000),
    ];
    for source in sources {
        for record in laws::as_far_as(source.as_bytes()).0 {
            assert!(!matches!(&record.outcome, Outcome::Contact(contact) if contact.name.full.len() > 200_000));
        }
    }
}
