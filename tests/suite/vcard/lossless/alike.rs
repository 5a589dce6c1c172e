//! The allowed differences between a card and the same card written anew in its own version, each with its reason.

use std::collections::BTreeMap;

use super::lines::Prop;

/// Words of TYPE that mean the same; the second of each is written.
const SYNONYMS: &[(&str, &str)] =
    &[("mobile", "cell"), ("telex", "tlx"), ("tty-tdd", "textphone"), ("ttytdd", "textphone"), ("jpg", "jpeg")];

/// Properties whose values have no other separators than those of text: a comma or semicolon in them means itself,
/// escaped or not.
const TEXTS: &[&str] = &[
    "FN",
    "NOTE",
    "TITLE",
    "ROLE",
    "EMAIL",
    "TEL",
    "URL",
    "UID",
    "LABEL",
    "IMPP",
    "SORT-STRING",
    "TZ",
    "BDAY",
    "CLASS",
    "RELATED",
    "LANG",
    "FBURL",
];

/// The same of properties whose names begin so: one text each.
const TEXT_PREFIXES: &[&str] = &["X-MS-", "X-PHONETIC-", "X-EVOLUTION-", "X-AB", "X-KADDRESSBOOK-X-", "X-CARDFERRY-"];

/// Properties with components, of which empty ones at the end say nothing.
const STRUCTURED: &[&str] = &["N", "ADR", "ORG", "GENDER"];

/// Dates and times, which have a basic and an extended form.
const DAYS: &[&str] =
    &["BDAY", "ANNIVERSARY", "REV", "X-ABDATE", "X-MS-ANNIVERSARY", "X-ANNIVERSARY", "X-KADDRESSBOOK-X-ANNIVERSARY"];

/// Makes the properties of a card comparable.
pub(super) fn alike(props: Vec<Prop>, version: &str) -> Vec<Prop> {
    let mut props: Vec<_> = props
        .into_iter()
        // The frame is the writer's own.
        .filter(|prop| prop.name != "VERSION")
        .flat_map(formatted)
        .map(|prop| spelling(prop, version))
        // A known property without a value says nothing.
        .filter(|prop| !prop.value.trim_matches([';', ',', ' ']).is_empty() || prop.name.starts_with("X-"))
        .collect();
    labels(&mut props);
    props.iter_mut().for_each(|prop| remarks(prop, version));
    props.into_iter().flat_map(items).collect()
}

/// Values in one spelling.
fn spelling(mut prop: Prop, version: &str) -> Prop {
    let name = prop.name.as_str();
    if TEXTS.contains(&name) || TEXT_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
        prop.value = plain(&prop.value, version);
        // Blanks around them mean nothing where the value is no prose.
        if name != "NOTE" && name != "FN" {
            prop.value = prop.value.trim().to_owned();
        }
    }
    if STRUCTURED.contains(&name) {
        let kept = prop.value.trim_end_matches(';').len();
        if !prop.value[..kept].ends_with('\\') {
            prop.value.truncate(kept);
        }
    }
    if DAYS.contains(&name) {
        prop.value.retain(|char| char != '-' && char != ':');
    }
    match name {
        // 2.1 has no lists, so a comma needs no escape there.
        "N" | "ADR" | "ORG" if version == "2.1" => prop.value = prop.value.replace("\\,", ","),
        // 2.1 has both separators.
        "GEO" => prop.value = prop.value.trim_start_matches("geo:").replace([';', ','], ";").replace("\\;", ";"),
        "PHOTO" | "LOGO" | "SOUND" | "KEY" => binary(&mut prop),
        // A card within the card is one escaped text in 3.0.
        "AGENT" => prop.value = prop.value.replace("\\n", "").replace(['\n', '\\'], "").replace("END:VCARD", ""),
        // Words.
        "X-GENDER" | "KIND" => prop.value.make_ascii_lowercase(),
        _ => {}
    }
    if version == "2.1" {
        // A fold of 2.1 keeps its blank, yet many producers fold in the later way: which of both is judged by length.
        prop.value.retain(|char| char != ' ' && char != '\t');
    }
    prop
}

/// A formatted address is a parameter in 4.0 and a property before, whichever it was.
fn formatted(mut prop: Prop) -> Vec<Prop> {
    let labels = if prop.name == "ADR" { prop.values("LABEL") } else { Vec::new() };
    labels.iter().for_each(|label| prop.forget("LABEL", label));
    let label = |value| Prop { name: "LABEL".to_owned(), value, group: String::new(), ..prop.clone() };
    let labels: Vec<_> = labels.into_iter().map(label).collect();
    [vec![prop], labels].concat()
}

/// What a binary value is shows by its content, and whether it is a link; 4.0 has no ENCODING.
fn binary(prop: &mut Prop) {
    prop.value.retain(|char| char != '\\');
    for word in prop.values("TYPE") {
        if matches!(word.trim_start_matches("image/"), "jpeg" | "jpg" | "png" | "gif") {
            prop.forget("TYPE", &word);
        }
    }
    for word in ["uri", "url", "inline", "binary"] {
        prop.forget("VALUE", word);
    }
    if let Some((_, data)) = prop.value.split_once(";base64,") {
        prop.value = data.to_owned();
    }
    prop.forget("ENCODING", "b");
    prop.value = prop.value.trim_end_matches('=').to_owned();
}

/// A text without its escapes.
fn plain(value: &str, version: &str) -> String {
    let mut text = value.replace("\\;", ";").replace("\\,", ",");
    if version != "2.1" {
        text = value.replace("\\\\", "\u{1}");
        for (written, meant) in [("\\;", ";"), ("\\,", ","), ("\\n", "\n"), ("\\N", "\n"), ("\\:", ":"), ("\\\"", "\"")]
        {
            text = text.replace(written, meant);
        }
        text = text.replace('\u{1}', "\\");
    }
    text
}

/// A group's name is free: what counts is who is in it and what its label says.
fn labels(props: &mut Vec<Prop>) {
    // The formatted address goes with its address.
    props.iter_mut().filter(|prop| prop.name == "LABEL").for_each(|prop| prop.group.clear());
    let mut groups: BTreeMap<String, (Option<String>, Vec<String>)> = BTreeMap::new();
    for prop in props.iter().filter(|prop| !prop.group.is_empty()) {
        let (label, members) = groups.entry(prop.group.clone()).or_default();
        match prop.name.as_str() {
            "X-ABLABEL" if label.is_none() => *label = Some(prop.value.clone()),
            // Properties of a list are one list.
            "CATEGORIES" if members.iter().any(|member| member == "CATEGORIES") => {}
            "CATEGORIES" => members.push(prop.name.clone()),
            _ => members.push(format!("{}:{}", prop.name, prop.value)),
        }
    }
    groups.values_mut().for_each(|(_, members)| members.sort());
    props.retain(|prop| prop.name != "X-ABLABEL" || groups[&prop.group].1.is_empty());
    for prop in props.iter_mut().filter(|prop| !prop.group.is_empty()) {
        let (label, members) = &groups[&prop.group];
        if let Some(label) = label {
            // Apple wraps its own labels.
            let label = label.strip_prefix("_$!<").and_then(|label| label.strip_suffix(">!$_")).unwrap_or(label);
            prop.params.insert(("X-ABLABEL".to_owned(), label.to_owned()));
        }
        let labelled_alone = label.is_some() && members.len() == 1;
        prop.group = if labelled_alone { String::new() } else { members.join("|") };
    }
}

/// Parameters in one spelling.
fn remarks(prop: &mut Prop, version: &str) {
    for (one, other) in SYNONYMS {
        if prop.says("TYPE", one) {
            prop.forget("TYPE", one);
            prop.params.insert(("TYPE".into(), (*other).into()));
        }
    }
    // Evolution's words stay, and are said in the usual words too.
    let own = prop.values("TYPE");
    let usual = own.iter().filter_map(|word| word.strip_prefix("x-evolution-"));
    usual.for_each(|word| prop.forget("TYPE", word));
    for (both, line) in [("homefax", "home"), ("workfax", "work"), ("otherfax", "other")] {
        if prop.says("TYPE", both) {
            prop.forget("TYPE", both);
            prop.params.extend([("TYPE".into(), line.into()), ("TYPE".into(), "fax".into())]);
        }
    }
    // Apple's own labels are words of TYPE.
    for label in prop.values("X-ABLABEL") {
        let word = label.to_lowercase();
        if matches!(word.as_str(), "home" | "work" | "other" | "mobile" | "main" | "homefax" | "workfax" | "pager") {
            prop.forget("X-ABLABEL", &label);
            prop.params.insert(("TYPE".into(), word));
            return remarks(prop, version);
        }
    }
    // RELATED says by TYPE what Apple says by a label.
    if prop.name == "RELATED" && prop.says("X-ABLABEL", "Spouse") {
        prop.forget("X-ABLABEL", "Spouse");
        prop.params.insert(("TYPE".into(), "spouse".into()));
    }
    // 4.0 says by PREF what the older versions say by TYPE.
    if prop.says("TYPE", "pref") {
        prop.forget("TYPE", "pref");
        prop.params.insert(("PREF".into(), "1".into()));
    }
    match prop.name.as_str() {
        // A number is a voice line, and an address one of the internet's, unless it says otherwise.
        "TEL" | "X-MS-TEL" => prop.forget("TYPE", "voice"),
        "EMAIL" => prop.forget("TYPE", "internet"),
        // It has the words of its ADR, which is what binds the two.
        "LABEL" => prop.params.clear(),
        _ => {}
    }
    value_type(prop, version);
}

/// VALUE says nothing where it says what the property's value is anyway.
fn value_type(prop: &mut Prop, version: &str) {
    let defaults: &[&str] = match (prop.name.as_str(), version) {
        ("BDAY" | "ANNIVERSARY" | "X-ANNIVERSARY" | "X-ABDATE" | "REV", _) => {
            &["date", "date-time", "date-and-or-time", "timestamp"]
        }
        ("FN" | "NOTE" | "TITLE" | "ROLE" | "N" | "ADR" | "TEL" | "EMAIL" | "NICKNAME" | "CATEGORIES", _) => {
            &["text", "inline"]
        }
        ("URL" | "UID" | "IMPP" | "FBURL" | "GEO" | "PHOTO", "4.0") => &["uri"],
        ("UID", _) => &["text"],
        ("URL" | "IMPP" | "FBURL", _) => &["uri"],
        _ => &[],
    };
    // 4.0's UID is a URI unless it says otherwise, and many do not; the same of 3.0's offset in TZ and of odd dates.
    if matches!(prop.name.as_str(), "UID" | "TZ" | "BDAY" | "ANNIVERSARY" | "X-ABDATE") {
        prop.forget("VALUE", "text");
    }
    defaults.iter().for_each(|word| prop.forget("VALUE", word));
}

/// The items of a list are a property each.
fn items(prop: Prop) -> Vec<Prop> {
    if !matches!(prop.name.as_str(), "CATEGORIES" | "NICKNAME") {
        return vec![prop];
    }
    let items = prop.value.replace("\\,", "\u{1}");
    let item = |item: &str| Prop { value: item.trim().replace('\u{1}', "\\,"), ..prop.clone() };
    items.split(',').map(item).filter(|prop| !prop.value.is_empty()).collect()
}
