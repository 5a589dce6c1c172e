//! A plan's file: TOML whose mistakes are told with their place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::plan::Plan;
use super::read::{Field, Wrong, rule};

/// What is wrong with a plan's file, and where. Prints as `line 3, column 9: …`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {what}")]
pub struct FaultError {
    /// The line, from 1.
    pub line: usize,
    /// The letter in the line, from 1.
    pub column: usize,
    /// What is wrong, and what is allowed.
    pub what: String,
}

/// The largest file that is read.
const MAX_BYTES: usize = 1024 * 1024;

/// Reads a plan.
pub(super) fn parse(text: &str) -> Result<Plan, FaultError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    plan(text).map_err(|Wrong { at, what }| {
        let before = text.get(..at.start).unwrap_or(text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        FaultError { line, column, what }
    })
}

fn plan(text: &str) -> Result<Plan, Wrong> {
    if text.len() > MAX_BYTES {
        return Err(wrong(0..0, "the file is larger than 1 MiB, so it is no plan of faults"));
    }
    let no_toml =
        |error: toml::de::Error| wrong(error.span().unwrap_or_default(), format!("is no TOML: {}", error.message()));
    let tree = DeTable::parse(text).map_err(no_toml)?;
    let mut plan = Plan::default();
    for (name, value) in in_order(tree.get_ref()) {
        match &**name.get_ref() {
            "seed" => plan.seed = seed(value)?,
            "limits" => plan.limits = Some(scalar(value)?.parse().map_err(|what: String| wrong(value.span(), what))?),
            "fault" => faults(value, &mut plan)?,
            other => {
                let what = format!("nothing is called {other:?} here; known are seed, limits and [[fault]]");
                return Err(wrong(name.span(), what));
            }
        }
    }
    Ok(plan)
}

fn seed(value: &Spanned<DeValue<'_>>) -> Result<u64, Wrong> {
    let number = match value.get_ref() {
        DeValue::Integer(number) => u64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    };
    number.ok_or_else(|| wrong(value.span(), "the seed is a whole number from 0 to 18446744073709551615"))
}

fn faults(value: &Spanned<DeValue<'_>>, plan: &mut Plan) -> Result<(), Wrong> {
    let what = "faults are tables of their own: write [[fault]] above each";
    let DeValue::Array(tables) = value.get_ref() else { return Err(wrong(value.span(), what)) };
    for table in tables.iter() {
        let DeValue::Table(fields) = table.get_ref() else { return Err(wrong(table.span(), what)) };
        let mut read = Vec::new();
        for (name, value) in in_order(fields) {
            let (name_at, value_at) = (name.span(), value.span());
            read.push(Field { name: name.get_ref().to_string(), name_at, value: scalar(value)?, value_at });
        }
        if read.is_empty() {
            return Err(wrong(table.span(), "says nothing; a fault needs at least what = \"…\""));
        }
        let at = table.span();
        plan.push(rule(&read)?).map_err(|what| wrong(at, what))?;
    }
    Ok(())
}

/// A value as it would stand on the command line; a list has `|` between its texts.
fn scalar(value: &Spanned<DeValue<'_>>) -> Result<String, Wrong> {
    Ok(match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        // In whatever base it stands; what is too large for any word stays as it is, and is refused there.
        DeValue::Integer(number) => i128::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| number.as_str().to_owned(), |number| number.to_string()),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(yes) => yes.to_string(),
        DeValue::Array(values) => values.iter().map(scalar).collect::<Result<Vec<_>, _>>()?.join("|"),
        _ => return Err(wrong(value.span(), "wants a text in quotes, a number, true or false, or a list of texts")),
    })
}

/// The names and values in the order in which they stand in the file, so that the first mistake is told.
fn in_order<'v, 't>(table: &'v DeTable<'t>) -> Vec<(&'v Spanned<toml::de::DeString<'t>>, &'v Spanned<DeValue<'t>>)> {
    let mut pairs: Vec<_> = table.iter().collect();
    pairs.sort_by_key(|(name, _)| name.span().start);
    pairs
}

fn wrong(at: Range<usize>, what: impl Into<String>) -> Wrong {
    Wrong { at, what: what.into() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GOOD: &str = r#"
seed = 7
limits = "exchange"

[[fault]]
what = "latency"
time = "normal:200ms~50ms"
cap = "1s"

[[fault]]
name = "lost creates"
what = "lost"
method = ["POST", "patch"]
kind = "contacts"
probability = 0.1
times = 3
"#;

    #[test]
    fn a_file_says_what_the_command_line_says() {
        let mut plan = Plan { seed: 7, limits: Some("exchange".parse().unwrap()), ..Plan::default() };
        plan.add("latency,time=normal:200ms~50ms,cap=1s").unwrap();
        plan.add("lost,name=lost creates,method=POST|PATCH,kind=contacts,probability=0.1,times=3").unwrap();
        assert_eq!(Plan::parse(GOOD), Ok(plan));
        assert_eq!(Plan::parse(""), Ok(Plan::default()));
        let numbers = Plan::parse("seed = 0x1F\n[[fault]]\nwhat = \"lost\"\nnth = 1_000\nevery = 0b11").unwrap();
        let mut plan = Plan::seeded(31);
        plan.add("lost,nth=1000,every=3").unwrap();
        assert_eq!(numbers, plan);
    }

    /// The text, the place of the mistake, and words that tell what is allowed.
    const MISTAKES: &[(&str, usize, usize, &str)] = &[
        ("seed = ", 1, 8, "is no TOML"),
        ("seed = -1", 1, 8, "a whole number"),
        ("\nsede = 1", 2, 1, "known are seed, limits and [[fault]]"),
        ("limits = \"all\"", 1, 10, "exchange-2021"),
        ("fault = 1", 1, 9, "[[fault]]"),
        ("[[fault]]", 1, 1, "what ="),
        ("[[fault]]\nkind = \"photo\"", 2, 1, "latency, error"),
        ("[[fault]]\nwhat = \"lots\"", 2, 8, "lost, late"),
        ("[[fault]]\nwhat = \"lost\"\n  time = \"1s\"", 3, 3, "known are what, name"),
        ("[[fault]]\nwhat = \"latency\"", 2, 8, "uniform:50ms..400ms"),
        ("[[fault]]\nwhat = \"latency\"\ntime = \"uniform:2s..1s\"", 3, 8, "exponential:200ms"),
        ("[[fault]]\nwhat = \"error\"\nstatus = 200", 3, 10, "from 400 to 599"),
        ("[[fault]]\nwhat = \"error\"\nstatus = 503\nbody = \"none\"", 4, 8, "service, empty, html"),
        ("[[fault]]\nwhat = \"throttle\"\ncode = \"Busy\"", 3, 8, "ErrorTooManyObjectsOpened"),
        ("[[fault]]\nwhat = \"throttle\"\nretry-after = \"soon\"", 3, 15, "date:5s"),
        ("[[fault]]\nwhat = \"late\"\nafter = \"1 week\"", 3, 9, "200ms, 1.5s or 10m"),
        ("[[fault]]\nwhat = \"late\"\nafter = \"1h\"", 3, 9, "10m at most"),
        ("[[fault]]\nwhat = \"lost\"\nof = \"parts\"", 3, 6, "no connection of its own"),
        ("[[fault]]\nwhat = \"lost\"\nkind = \"mail\"", 3, 8, "contacts, contact, photo"),
        ("[[fault]]\nwhat = \"lost\"\nmethod = \"A B\"", 3, 10, "POST|PATCH"),
        ("[[fault]]\nwhat = \"lost\"\nprobability = 2", 3, 15, "from 0 to 1"),
        ("[[fault]]\nwhat = \"lost\"\nnth = 0", 3, 7, "from 1"),
        ("[[fault]]\nwhat = \"lost\"\nnth = {}", 3, 7, "a text in quotes"),
    ];

    #[test]
    fn mistakes_are_told_with_their_place_and_what_is_allowed() {
        for (text, line, column, says) in MISTAKES {
            let error = Plan::parse(text).unwrap_err();
            assert_eq!((error.line, error.column), (*line, *column), "{text}: {error}");
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
        let mut plan = Plan::default();
        for (rule, says) in [
            ("", "is no fault"),
            ("lost,POST", "word=value"),
            ("lost,nth=1,nth=2", "said twice"),
            ("what=lost,api=x", "graph, outlook"),
        ] {
            assert!(plan.add(rule).unwrap_err().contains(says), "{rule}: {:?}", plan.add(rule));
        }
        assert!(plan.is_empty());
    }

    /// What plans are made of, in no order.
    const PIECES: [&str; 22] = [
        "[[fault]]",
        "\n",
        "what = ",
        "\"latency\"",
        "\"cut\"",
        "\"error\"",
        "time = ",
        "\"normal:9e9h~..\"",
        "status = ",
        "503",
        "-1",
        "0xF",
        "1e400",
        "nan",
        "[\"a\", ",
        "]",
        "{",
        "}",
        "nth = ",
        "ä",
        "\"date:",
        "limits = \"upload=1/1s",
    ];

    proptest! {
        #[test]
        fn hostile_plans_never_panic(pieces in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 0..24), text in "\\PC{0,60}") {
            let _ = Plan::parse(&pieces.concat());
            let _ = Plan::parse(&text);
            let _ = Plan::default().add(&text);
            let _ = Plan::default().add(&pieces.concat());
        }
    }
}
