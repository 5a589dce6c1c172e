//! Every rule: a card that breaks it, with all that is found there, and one that does not.

use std::collections::BTreeSet;

use cardferry::formats::vcard::check::RULES;

use super::{findings, shown};

/// A sound card of a version with further lines, which begin on line 5.
fn card(version: &str, lines: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:{version}\r\nFN:Ada\r\nN:Byron;Ada;;;\r\n{lines}\r\nEND:VCARD\r\n")
}

/// Version, lines that break rules, what is found, and lines that are sound but look alike.
const LINES: &[(&str, &str, &str, &str)] = &[
    // Lines. Between properties 2.1 has empty ones, and words of more letters.
    ("2.1", "SPOUSE:a", "property-unknown:5", "NOTE:a\r\n\r\nX-A_B:1"),
    ("3.0", "NOTE:a\r\n\r\nTEL:1", "blank-line:6", "NOTE:a\r\n \r\nTEL:1"),
    (
        "4.0",
        "NOTE:1234567890123456789012345678901234567890123456789012345678901234567890A",
        "line-length:5",
        "NOTE:1234567890123456789012345678901234567890123456789012345678901234567890",
    ),
    (
        "2.1",
        "NOTE;QUOTED-PRINTABLE:1234567890123456789012345678901234567890123456789012345",
        "soft-length:5",
        "NOTE;QUOTED-PRINTABLE:123456789012345678901234567890123456789012345678901234",
    ),
    ("2.1", "NOTE:1234567890123456789012345678901234567890123456789012345678901234567890123", "", "NOTE:1"),
    ("3.0", "NOTE:first\r\nsecond at 10:30", "broken-line:6", "NOTE:first\r\n second at 10:30"),
    ("2.1", "NOTE:a=\r\nb", "soft-break-plain:6", "NOTE;QUOTED-PRINTABLE:a=\r\nb"),
    ("2.1", "NOTE;QUOTED-PRINTABLE:a=\r\nTEL:1", "soft-break-end:6", "NOTE;QUOTED-PRINTABLE:a=\r\nTel: 1"),
    ("2.1", "NOTE;QUOTED-PRINTABLE:a=", "soft-break-end:5", "NOTE;QUOTED-PRINTABLE:a=3D"),
    ("2.1", "NOTE;QUOTED-PRINTABLE:a=\r\n\r\nTEL:1", "soft-break-end:6", "NOTE;QUOTED-PRINTABLE:a\r\nTEL:1"),
    ("2.1", "NOTE;QUOTED-PRINTABLE:a\r\n b", "soft-folded:6", "NOTE;QUOTED-PRINTABLE:a=\r\n b"),
    ("3.0", "KEY;ENCODING=b:QUJD\r\nQUJD", "base64-unindented:6", "KEY;ENCODING=b:QUJD\r\n QUJD"),
    ("2.1", "KEY;BASE64:QUJD\r\nQUJD\r\nTEL:1", "base64-unindented:5", "KEY;BASE64:QUJD\r\nQUJD\r\n\r\nTEL:1"),
    ("3.0", "KEY;ENCODING=b:QUJD\r\nwhat? no", "stray:6", "KEY;ENCODING=b:QUJD\r\nX-A:no"),
    ("2.1", "KEY;BASE64:\r\n QUJD\r\nTEL:1", "base64-open:5", "KEY;BASE64:\r\n QUJD\r\n\r\nTEL:1"),
    (
        "2.1",
        "NOTE;CHARSET=UTF-8;\r\n ENCODING=QUOTED-PRINTABLE:a=\r\nTEL:1",
        "soft-break-end:7",
        "NOTE;X-A=B;\r\n X-C=D:a",
    ),
    // Character sets.
    ("2.1", "NOTE:Jürgen", "utf8-undeclared:5", "NOTE;CHARSET=UTF-8:Jürgen"),
    (
        "2.1",
        "NOTE;QUOTED-PRINTABLE:J=C3=BCrgen",
        "utf8-undeclared:5",
        "NOTE;CHARSET=UTF-8;QUOTED-PRINTABLE:J=C3=BCrgen",
    ),
    ("2.1", "NOTE;QUOTED-PRINTABLE:J=FCrgen", "charset-undeclared:5", "NOTE;CHARSET=LATIN1;QUOTED-PRINTABLE:J=FCrgen"),
    ("2.1", "NOTE;CHARSET=ISO-8859-1:Jürgen", "charset-wrong:5", "NOTE;CHARSET=utf-8:Jürgen"),
    (
        "2.1",
        "NOTE;CHARSET=UTF-8;QUOTED-PRINTABLE:J=FCrgen",
        "charset-wrong:5",
        "NOTE;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:J=FCrgen",
    ),
    (
        "2.1",
        "NOTE;CHARSET=SHIFT_JIS;QUOTED-PRINTABLE:=81",
        "charset-wrong:5",
        "NOTE;CHARSET=SHIFT_JIS;QUOTED-PRINTABLE:=8E=52",
    ),
    ("2.1", "NOTE;CHARSET=ebcdic:a", "charset-unknown:5", "NOTE;CHARSET=cp1252:a"),
    ("3.0", "NOTE;CHARSET=UTF-8:ü", "charset-parameter:5", "NOTE:ü"),
    ("4.0", "NOTE:a\u{7}", "control-character:5", "NOTE:a\tb"),
    ("4.0", "NOTE:a\u{fffd}", "replacement-character:5", "NOTE:a?"),
    ("3.0", "NOTE:JÃ¼rgen", "mojibake:5", "NOTE:Ã La Carte"),
    // Transfer encodings and escapes.
    ("2.1", "NOTE;QUOTED-PRINTABLE:50=% =ZZ", "qp-escape:5", "NOTE;QUOTED-PRINTABLE:50=3D% =3D"),
    ("3.0", "NOTE;ENCODING=QUOTED-PRINTABLE:a", "qp-version:5", "NOTE:a"),
    ("4.0", "NOTE;ENCODING=b:YQ==", "encoding-version:5", "NOTE:a"),
    ("2.1", "NOTE;ENCODING=uuencode:a", "encoding-unknown:5", "NOTE;ENCODING=8BIT:a"),
    ("3.0", "KEY;ENCODING=BASE64:QUJD", "encoding-spelling:5", "KEY;ENCODING=b:QUJD"),
    ("2.1", "KEY;ENCODING=b:QUJD\r\n", "encoding-spelling:5", "KEY;ENCODING=BASE64:QUJD\r\n"),
    ("3.0", "KEY;ENCODING=b:QU?D", "base64-bad:5", "KEY;ENCODING=b:QU+/"),
    ("3.0", "KEY;ENCODING=b:QUI", "base64-padding:5", "KEY;ENCODING=b:QUI="),
    ("3.0", "NOTE:a\\xb", "escape-unknown:5", "NOTE:a\\nb\\,c\\;d\\\\xe"),
    ("2.1", "NOTE:a\\nB", "escape-newline:5", "NOTE:C:\\new\\dir"),
    ("4.0", "NOTE:a, b", "unescaped-comma:5", "NOTE:a\\, b; c"),
    ("3.0", "ORG:a, b;c", "unescaped-comma:5", "ORG:a\\, b;c"),
    ("3.0", "TITLE:a; b", "unescaped-semicolon:5", "TITLE:a\\; b"),
    // Parameters.
    ("3.0", "TEL;HOME:1", "parameter-bare:5", "TEL;TYPE=HOME:1"),
    ("4.0", "TEL;HOME:1", "parameter-bare:5", "TEL;TYPE=HOME:1"),
    ("3.0", "TEL;:1", "parameter-form:5", "TEL;TYPE=work,voice:1"),
    ("4.0", "TEL;TYPE=:1", "parameter-form:5", "TEL;TYPE=\"work,voice\":1"),
    ("4.0", "ADR;LABEL=\"a:;;b;;;;", "parameter-quote:5", "ADR;LABEL=\"a:b;c\":;;b;;;;"),
    ("4.0", "TEL;PREF=1;PREF=2:1", "parameter-twice:5", "TEL;TYPE=home;TYPE=voice:1"),
    ("4.0", "TEL;WEIGHT=2:1", "parameter-unknown:5", "TEL;X-WEIGHT=2:1"),
    ("3.0", "TEL;PREF=1:1", "parameter-later:5", "TEL;TYPE=pref:1"),
    ("4.0", "TEL;PREF=101:1", "pref-range:5", "TEL;PREF=100:1"),
    ("4.0", "TEL;TYPE=pref:1", "pref-type:5", "TEL;PREF=1:1"),
    ("4.0", "TEL;TYPE=mobile:1", "type-unknown:5", "TEL;TYPE=cell:1"),
    ("2.1", "TEL;MOBILE:1", "type-unknown:5", "TEL;CELL:1"),
    ("3.0", "NOTE;VALUE=string:a", "value-unknown:5", "NOTE;VALUE=text:a"),
    ("4.0", "CLIENTPIDMAP:1;urn:uuid:a\r\nTEL;PID=1.a:1", "pid-form:6", "CLIENTPIDMAP:1;urn:uuid:a\r\nTEL;PID=1.1:1"),
    ("4.0", "TEL;PID=1.1:1", "pid-source:5", "TEL;PID=1:1"),
    ("4.0", "URL;MEDIATYPE=png:https://a.example", "media-type:5", "URL;MEDIATYPE=image/png:https://a.example"),
    ("4.0", "NOTE;LANGUAGE=en_US:a", "language-tag:5", "NOTE;LANGUAGE=en-US:a"),
    ("4.0", "LANG:German!", "language-tag:5", "LANG:de"),
    // Properties.
    ("3.0", "X_FOO:a", "property-name:5", "X-FOO:a"),
    ("3.0", "my_group.TEL:1", "property-name:5", "my-group.TEL:1"),
    ("3.0", "SPOUSE:a", "property-unknown:5", "X-SPOUSE:a"),
    ("2.1", "NICKNAME:a", "property-later:5", "TITLE:a"),
    ("4.0", "MAILER:a", "property-dropped:5", "X-MAILER:a"),
    ("4.0", "BDAY:1996\r\nBDAY:1997", "once:6", "BDAY;ALTID=1:1996\r\nBDAY;ALTID=1;VALUE=text:then"),
    ("3.0", "BDAY:1996-04-15\r\nBDAY:1996-04-16", "once-usual:6", "TEL:1\r\nTEL:2"),
    ("3.0", "TEL:", "value-empty:5", "TEL:1"),
    ("3.0", "item1.X-ABLabel:a", "label-orphan:5", "item1.X-ABLabel:a\r\nitem1.TEL:1"),
    // Values.
    ("3.0", "ADR:;;a;b", "parts:5", "ADR:;;a;b;;;"),
    ("3.0", "ADR:;;a;b;;;;", "parts-many:5", "ADR:;;a;b\\;;;;"),
    ("4.0", "ADR:;;a;b;;;;;;;;;;;;;;;;", "parts-many:5", "ADR:;;a;b;;;;;;;;;;;;;;"),
    ("4.0", "BDAY:19960230", "date:5", "BDAY:19960229"),
    ("3.0", "BDAY:15.04.1996", "date:5", "BDAY:1996-04-15"),
    ("4.0", "BDAY:1996-04-15", "date-form:5", "BDAY:19960415"),
    ("3.0", "BDAY:--0415", "date-form:5", "BDAY:19960415T102200Z"),
    ("4.0", "REV:1996-10-22T14:00:00Z", "date-form:5", "REV:19961022T140000Z"),
    ("4.0", "REV:yesterday", "timestamp:5", "REV:19961022T140000Z"),
    ("3.0", "TZ:CET", "utc-offset:5", "TZ:+01:00"),
    ("4.0", "TZ;VALUE=utc-offset:+01:00", "utc-offset:5", "TZ;VALUE=utc-offset:+0100"),
    ("3.0", "URL:www.example.com", "uri-scheme:5", "URL:https://www.example.com"),
    ("4.0", "RELATED:Ada", "uri-scheme:5", "RELATED;VALUE=text:Ada"),
    ("3.0", "URL:http\\://a.example", "uri-character:5", "URL:http://a.example"),
    ("4.0", "URL:https://a.example/a b", "uri-character:5", "URL:https://a.example/a%20b"),
    ("4.0", "GEO:geo:1.5\\,2.5", "uri-escape:5", "GEO:geo:1.5,2.5"),
    ("4.0", "KEY:data:text;base64,QUJD", "data-uri:5", "KEY:data:text/plain;base64,QUJD"),
    ("4.0", "KEY:data:text/plain", "data-uri:5", "KEY:data:,a"),
    ("3.0", "GEO:1.5,2.5", "geo:5", "GEO:1.5;2.5"),
    ("4.0", "GEO:1.5;2.5", "geo:5", "GEO:geo:1.5,2.5;u=10"),
    ("2.1", "GEO:1.5", "geo:5", "GEO:1.5,2.5"),
    ("4.0", "GEO:geo:91,2.5", "geo-range:5", "GEO:geo:90,-180,12"),
    ("4.0", "GENDER:male", "gender:5", "GENDER:M;male"),
    ("4.0", "KIND:person", "kind:5", "KIND:x-robot"),
    ("4.0", "MEMBER:mailto:a@example.com", "member-kind:5", "KIND:group\r\nMEMBER:mailto:a@example.com"),
    ("4.0", "KIND:group\r\nMEMBER:urn:uuid:a", "member-missing:6", "KIND:group\r\nUID:urn:uuid:A\r\nMEMBER:urn:uuid:a"),
    ("4.0", "CLIENTPIDMAP:a;urn:uuid:a", "clientpidmap:5", "CLIENTPIDMAP:1;urn:uuid:a"),
    ("4.0", "X-A;VALUE=integer:a", "value-form:5", "X-A;VALUE=integer:1,2"),
    ("4.0", "X-A;VALUE=boolean:1", "value-form:5", "X-A;VALUE=boolean:true"),
    ("3.0", "EMAIL:ada", "email:5", "EMAIL:ada@example.com"),
    ("3.0", "EMAIL:Ada <ada@example.com>", "email:5", "EMAIL;TYPE=X400:G=Ada"),
    ("3.0", "TEL:none", "tel:5", "TEL:1-800-FLOWERS"),
    ("4.0", "UID:4fbe8971", "uid-text:5", "UID;VALUE=text:4fbe8971"),
    ("4.0", "REV;VALUE=date-and-or-time:20210314T092838Z", "value-type:5", "REV;VALUE=timestamp:20210314T092838Z"),
    ("4.0", "URL:https://[a/", "rfc6350:5", "URL:https://[::1]/"),
    // Photos.
    ("3.0", "PHOTO;ENCODING=b;TYPE=JPEG:iVBORw0KGgo=", "photo-label:5", "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgo="),
    ("4.0", "PHOTO:data:image/jpeg;base64,iVBORw0KGgo=", "photo-label:5", "PHOTO:data:image/png;base64,iVBORw0KGgo="),
    ("3.0", "PHOTO;ENCODING=b:QUJD", "photo-kind:5", "PHOTO;ENCODING=b:R0lGODlh"),
    ("4.0", "PHOTO:https://a.example/a.jpg", "photo-link:5", "LOGO:https://a.example/a.jpg"),
    ("3.0", "PHOTO:iVBORw0KGgo=", "photo-encoding:5", "PHOTO;ENCODING=b:iVBORw0KGgo="),
    ("3.0", "LOGO:https://a.example/a.jpg", "photo-value:5", "LOGO;VALUE=uri:https://a.example/a.jpg"),
];

/// Holds what is found against what should be, for all of them at once.
fn hold<'a>(cases: impl Iterator<Item = (Vec<u8>, &'a str)>) {
    let found = |(source, wanted): (Vec<u8>, &'a str)| {
        let found = shown(&findings(&source));
        (found != wanted).then(|| format!("{:?}: {found}, not {wanted}", String::from_utf8_lossy(&source)))
    };
    let wrong: Vec<_> = cases.filter_map(found).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn lines_that_break_rules_and_lines_that_do_not() {
    let cases = LINES.iter().flat_map(|(version, bad, wanted, good)| {
        [(card(version, bad).into_bytes(), *wanted), (card(version, good).into_bytes(), "")]
    });
    hold(cases);
}

/// Whole sources that break rules, what is found, and sound ones that look alike.
const SOURCES: &[(&[u8], &str, &[u8])] = &[
    (b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\n", "end-missing:1", SOUND),
    (b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nTE", "cut-off:1 broken-line:4 line-end-last:4", SOUND),
    (b"junk\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n", "outside:1", b"\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n"),
    (b"BEGIN:VCARD \r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n", "begin-spelling:1", b"begin:vcard\r\nversion:4.0\r\nfn:a\r\nend:vcard\r\n"),
    (b"BEGIN:VCARD\r\nVERSION: 4.0\r\nFN:a\r\nEND:VCARD\r\n", "begin-spelling:2", SOUND),
    (b"BEGIN:VCARD\r\nFN:a\r\nN:a;;;;\r\nEND:VCARD\r\n", "version-missing:1", SOUND),
    (b"BEGIN:VCARD\r\nVERSION:5.0\r\nFN:a\r\nN:a;;;;\r\nEND:VCARD\r\n", "version-unknown:1", SOUND),
    (
        b"BEGIN:VCARD\r\nFN:a\r\nVERSION:4.0\r\nEND:VCARD\r\n",
        "version-late:2",
        b"BEGIN:VCARD\r\nFN:a\r\nN:a;;;;\r\nVERSION:3.0\r\nEND:VCARD\r\n",
    ),
    (
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\nN:a;;;;\r\nAGENT:\r\nBEGIN:VCARD\r\nFN:b\r\nEND:VCARD\r\nEND:VCARD\r\n",
        "nested-card:6",
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:a\r\nAGENT:\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN:b\r\nEND:VCARD\r\nEND:VCARD\r\n",
    ),
    (b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\0\r\nNOTE:\0b\r\nEND:VCARD\r\n", "nul:3", SOUND),
    (b"\xef\xbb\xbfBEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n", "bom:1", SOUND),
    (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n\xef\xbb\xbfBEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n",
        "bom-inside:5 several-cards:5",
        SOUND,
    ),
    (b"\xff\xfeB\0E\0G\0I\0N\0:\0V\0C\0A\0R\0D\0\r\0\n\0V\0E\0R\0S\0I\0O\0N\0:\x004\0.\x000\0\r\0\n\0F\0N\0:\0a\0\r\0\n\0E\0N\0D\0:\0V\0C\0A\0R\0D\0\r\0\n\0", "utf-16:1", SOUND),
    (b"BEGIN:VCARD\nVERSION:4.0\nFN:a\nEND:VCARD\n", "line-end-lf:1", SOUND),
    (b"BEGIN:VCARD\rVERSION:4.0\rFN:a\rEND:VCARD\r", "line-end-cr:1", SOUND),
    (b"BEGIN:VCARD\r\r\nVERSION:4.0\r\r\nFN:a\r\r\nEND:VCARD\r\r\n", "line-end-twice:1", SOUND),
    (b"BEGIN:VCARD\r\nVERSION:4.0\nFN:a\r\nEND:VCARD\r\n", "line-end-lf:2 line-end-mixed:2", SOUND),
    (b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD", "line-end-last:4", SOUND),
    (b"BEGIN:VCARD\r\nwhat is this\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n", "stray:2", SOUND),
    (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zo\xc3\r\n \xab\r\nEND:VCARD\r\n",
        "fold-in-character:4",
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Zo\r\n \xc3\xab\r\nEND:VCARD\r\n",
    ),
    (
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:J\xfcrgen M\xfcller\r\nN:a;;;;\r\nEND:VCARD\r\n",
        "charset-undeclared:3",
        b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:J\xc3\xbcrgen M\xc3\xbcller\r\nN:a;;;;\r\nEND:VCARD\r\n",
    ),
    (b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:J\xc3\xbcrgen Gro\xc3\x9f \xc3\r\nEND:VCARD\r\n", "utf8-damaged:3", SOUND),
    (b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nX;A=\xfc:b\r\nEND:VCARD\r\n", "header-charset:4", SOUND),
    (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nN:a;;;;\r\nEND:VCARD\r\n",
        "fn-missing:1",
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:a\r\nEND:VCARD\r\n",
    ),
    (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\nEND:VCARD\r\n", "n-missing:1", SOUND),
    (b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN:a\r\nEND:VCARD\r\n", "n-missing:1", SOUND),
    (
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nUID:urn:uuid:b\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nFN:c\r\nUID:urn:uuid:B\r\nEND:VCARD\r\n",
        "several-cards:6 uid-twice:9",
        SOUND,
    ),
];

const SOUND: &[u8] = b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:a\r\nEND:VCARD\r\n";

#[test]
fn sources_that_break_rules_and_sources_that_do_not() {
    hold(SOURCES.iter().flat_map(|(bad, wanted, good)| [(bad.to_vec(), *wanted), (good.to_vec(), "")]));
}

#[test]
fn every_rule_has_a_case() {
    let wanted = LINES.iter().map(|case| case.2).chain(SOURCES.iter().map(|case| case.1));
    let mut cased: BTreeSet<_> =
        wanted.flat_map(str::split_whitespace).filter_map(|found| found.split(':').next()).collect();
    // Tests of their own have them.
    cased.extend(["too-large", "too-many"]);
    let missing: Vec<_> = RULES.iter().map(|rule| rule.name).filter(|name| !cased.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn rules_are_broken_in_their_versions_alone() {
    for (version, bad, ..) in LINES {
        for finding in findings(card(version, bad).as_bytes()) {
            let versions = finding.rule().versions;
            assert!(versions.iter().any(|of| of.number() == *version), "{} in {version}: {bad}", finding.code);
        }
    }
}
