//! Cards that no program wrote: any property with any parameters, twice where there should be one.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Properties with values that are right for them.
const KNOWN: &[(&str, &[&str])] = &[
    ("FN", &["Ada Byron", "A"]),
    ("N", &["Perez;Ana;Maria,Luisa;;Jr.;Lopez;II", "Byron;Ada;;;", "Byron;Ada", ";;;Dr.;", "B\\;yron;A\\,da;;;"]),
    ("NICKNAME", &["Bob", "Bob,Bobby"]),
    ("ORG", &["Contoso", "Contoso;Sales;North", "A\\;B;C"]),
    ("TITLE", &["Boss", "Head\\, of all"]),
    ("ROLE", &["Programmer"]),
    ("TEL", &["+1 555 0100", "tel"]),
    ("EMAIL", &["ada@example.com", "bob@example.com"]),
    ("ADR", &[";;2 Side St,back;Town;;;US;R 5;;3;;;;;;;;;", ";;1 Main St;Town;;12345;", "PO 1;Suite;A\\,B;;;;US"]),
    ("URL", &["https://example.com/a"]),
    ("IMPP", &["xmpp:ada@example.com", "skype:ada", "matrix:u/ada"]),
    ("X-AIM", &["ada"]),
    ("X-SKYPE", &["ada"]),
    ("X-MS-IMADDRESS", &["ada"]),
    ("BDAY", &["1996-04-15", "--04-15", "19960415", "1996-04-15T10:20:30Z"]),
    ("ANNIVERSARY", &["2010-05-19"]),
    ("X-ANNIVERSARY", &["2010-05-20"]),
    ("X-ABDATE", &["2010-05-21"]),
    ("X-SPOUSE", &["Will"]),
    ("X-EVOLUTION-SPOUSE", &["Will"]),
    ("X-MS-CHILD", &["Anne"]),
    ("RELATED", &["urn:uuid:03a0e51f-d1aa-4385-8a53-e29025acd8af"]),
    ("X-ABRELATEDNAMES", &["Ralph"]),
    ("X-MANAGER", &["Charles"]),
    ("X-EVOLUTION-FILE-AS", &["Byron\\, Ada"]),
    ("X-GENDER", &["Female"]),
    ("X-WAB-GENDER", &["1"]),
    ("X-PHONETIC-FIRST-NAME", &["Ai-da"]),
    ("LANG", &["fr"]),
    ("TZ", &["-05:00", "Europe/Berlin"]),
    ("CLASS", &["PRIVATE", "PUBLIC"]),
    ("CATEGORIES", &["a,b", "c\\,d"]),
    ("NOTE", &["one", "one\\, two"]),
    ("UID", &["urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"]),
    ("REV", &["20240101T120000Z", "20240101T120000.5Z"]),
    ("X-ABADR", &["us"]),
    ("X-SOCIALPROFILE", &["https://example.com/ada"]),
    ("X-ANDROID-CUSTOM", &["vnd.android.cursor.item/nickname;Bob;1;;;;;;;;;;;;;"]),
    ("X-ODD", &["a;b,c\\;d", "C:\\\\new"]),
    ("x-Mixed-Case", &["", "plain"]),
    ("EXPERTISE", &["chess"]),
    ("BIRTHPLACE", &["London"]),
    ("MAILER", &["Pony"]),
    ("KIND", &["individual"]),
    ("X-EVOLUTION-BLOG-URL", &["https://example.com/blog"]),
    ("X-KADDRESSBOOK-X-Department", &["Sales"]),
    ("X-ABShowAs", &["COMPANY"]),
    ("LOGO", &["data:image/gif;base64,R0lGODlh"]),
    ("KEY", &["https://example.com/key.asc"]),
    ("PRODID", &["-//Example//EN"]),
];

/// Parameters of 3.0 and 4.0.
const PARAMS: &[&str] = &[
    "",
    "",
    "",
    ";TYPE=home",
    ";TYPE=work",
    ";TYPE=work,odd",
    ";TYPE=pref",
    ";PREF=3",
    ";LANGUAGE=de",
    ";ALTID=1",
    ";PID=1.1",
    ";X-SLOT=\"a;b:c,d\"",
    ";X-LIST=one,two",
    ";INDEX=2;LEVEL=expert",
    ";CALSCALE=gregorian",
];

/// Parameters of 2.1.
const BARE: &[&str] = &["", "", "", ";HOME", ";WORK", ";WORK;ODD", ";PREF", ";LANGUAGE=de", ";X-SLOT=7", ";ALTID=1"];

/// A card of a version; it has a name, and its groups have names that this program does not make.
pub(in crate::vcard) fn card(version: &'static str) -> impl Strategy<Value = String> {
    vec(line(version), 1..10).prop_map(move |lines| {
        let lines = lines.concat();
        format!("BEGIN:VCARD\r\nVERSION:{version}\r\nN:;Zoe;;;\r\nFN:Zoe\r\n{lines}END:VCARD\r\n")
    })
}

fn line(version: &'static str) -> impl Strategy<Value = String> {
    let group = select(vec!["", "", "", "g1.", "g2."]);
    let params = select(if version == "2.1" { BARE } else { PARAMS });
    let property = select(KNOWN).prop_flat_map(|(name, values)| (Just(name), select(values)));
    let label = select(vec!["", "", "", "_$!<Home>!$_", "_$!<Spouse>!$_", "Cabin", "_$!<Anniversary>!$_"]);
    (any::<u32>(), group, label, property, params).prop_map(|(number, group, label, (name, value), params)| {
        if LABELLED.contains(&name) && !label.is_empty() {
            return format!("l{number}.{name}{params}:{value}\r\nl{number}.X-ABLabel:{label}\r\n");
        }
        format!("{group}{name}{params}:{value}\r\n")
    })
}

/// Properties that groups label.
const LABELLED: &[&str] =
    &["TEL", "EMAIL", "ADR", "URL", "IMPP", "RELATED", "X-ABRELATEDNAMES", "X-ABDATE", "X-SOCIALPROFILE"];
