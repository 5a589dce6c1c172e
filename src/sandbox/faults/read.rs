//! From words to a rule: the same words in a file and on the command line.

use std::ops::Range;
use std::time::Duration;

use http::{Method, StatusCode};

use super::draw::{Spread, Times};
use super::rule::{Body, Fault, Kind, Of, Refusal, RetryAfter, Rule, Throttle, When, Which};
use crate::sandbox::dialect::Dialect;
use crate::sandbox::measure::{TIME, bytes, time, time_of};

/// A word and what is said for it, with the places of both in the text.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub name: String,
    pub name_at: Range<usize>,
    pub value: String,
    pub value_at: Range<usize>,
}

/// What is wrong, and where.
#[derive(Debug, Clone)]
pub(super) struct Wrong {
    pub at: Range<usize>,
    pub what: String,
}

type Read<T> = Result<T, Wrong>;

/// Words that every rule knows.
const COMMON: [&str; 11] =
    ["what", "name", "method", "path", "kind", "api", "of", "nth", "every", "probability", "times"];

/// What can go wrong, the words that it knows beside the common ones, and how they are read.
#[expect(clippy::type_complexity, reason = "a table of functions")]
const WHATS: [(&str, &[&str], fn(&Fields<'_>) -> Read<Fault>); 11] = [
    ("latency", &["time", "cap"], latency),
    ("error", &["status", "body", "stored", "retry-after"], error),
    ("throttle", &["code", "retry-after"], throttle),
    ("quota", &[], |_| Ok(status(StatusCode::INSUFFICIENT_STORAGE, RetryAfter::Absent))),
    ("token", &[], |_| Ok(Fault::Token)),
    ("lost", &[], |_| Ok(Fault::Lost)),
    ("late", &["after"], |fields| Ok(Fault::Late(fields.time("after")?.unwrap_or(SOME_SECONDS)))),
    ("reset", &["stored"], |fields| Ok(Fault::Reset { stored: fields.is("stored")? })),
    ("cut", &["bytes", "reset"], cut),
    ("slow", &["chunk", "pause"], slow),
    ("dirt", &[], |_| Ok(Fault::Dirt)),
];

/// Faults that a part of a batch can meet: it has no connection of its own.
const OF_PARTS: [&str; 5] = ["latency", "error", "throttle", "quota", "token"];

const SOME_SECONDS: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_secs(600);

/// Reads a rule.
pub(super) fn rule(fields: &[Field]) -> Read<Rule> {
    let fields = Fields(fields);
    let whole = fields.0.first().map_or(0..0, |field| field.name_at.clone());
    let names = || WHATS.map(|(name, ..)| name).join(", ");
    let what = fields.get("what").ok_or_else(|| wrong(whole, format!("says not what happens: what is {}", names())))?;
    let row = WHATS.iter().find(|(name, ..)| *name == what.value);
    let (name, own, read) = row
        .ok_or_else(|| wrong(what.value_at.clone(), format!("{:?} is no fault; known are {}", what.value, names())))?;
    fields.only(name, own)?;
    let which = which(&fields)?;
    if which.of != Of::Requests && !OF_PARTS.contains(name) {
        let at = fields.get("of").map_or(0..0, |field| field.value_at.clone());
        let what = format!("a part of a batch has no connection of its own; its faults are {}", OF_PARTS.join(", "));
        return Err(wrong(at, what));
    }
    let name = fields.get("name").map_or_else(|| (*name).to_owned(), |field| field.value.clone());
    Ok(Rule { name, which, when: when(&fields)?, fault: read(&fields)? })
}

fn which(fields: &Fields<'_>) -> Read<Which> {
    let methods = fields.each("method", |text| Method::from_bytes(text.to_ascii_uppercase().as_bytes()).ok());
    let kinds = Kind::ALL.map(|(name, _)| name).join(", ");
    let kind = |text: &str| Kind::ALL.iter().find(|(name, _)| *name == text).map(|(_, kind)| *kind);
    Ok(Which {
        methods: methods.map_err(|at| wrong(at, "is no method; write POST, or POST|PATCH"))?,
        path: fields.get("path").map(|field| field.value.to_ascii_lowercase()),
        kinds: fields.each("kind", kind).map_err(|at| wrong(at, format!("the kinds are {kinds}")))?,
        api: fields.one_of("api", &[("graph", Dialect::Graph), ("outlook", Dialect::Outlook)])?,
        of: fields
            .one_of("of", &[("requests", Of::Requests), ("parts", Of::Parts), ("all", Of::All)])?
            .unwrap_or_default(),
    })
}

fn when(fields: &Fields<'_>) -> Read<When> {
    let above_zero = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
    let count = |name: &str| fields.read(name, "is a number from 1", above_zero);
    let share = |text: &str| text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
    Ok(When {
        nth: count("nth")?,
        every: count("every")?,
        times: count("times")?,
        probability: fields.read("probability", "is a number from 0 to 1", share)?,
        by_number: fields.one_of("by", &[("request", false), ("number", true)])?.unwrap_or_default(),
    })
}

/// How the time of a latency is written.
const SPREADS: &str =
    "is a time such as 200ms, or drawn: uniform:50ms..400ms, normal:200ms~50ms (mean and deviation), exponential:200ms";

fn latency(fields: &Fields<'_>) -> Read<Fault> {
    let how = fields.read("time", SPREADS, spread)?.ok_or_else(|| fields.lacks("time", SPREADS))?;
    let cap = fields.time("cap")?.unwrap_or(LONGEST);
    Ok(Fault::Latency(Times { how, cap }))
}

fn spread(text: &str) -> Option<Spread> {
    let Some((how, rest)) = text.split_once(':') else { return time(text).map(Spread::Fixed) };
    let pair = |mark: &str| rest.split_once(mark).and_then(|(one, two)| Some((time(one)?, time(two)?)));
    match how.trim() {
        "uniform" => pair("..").filter(|(from, to)| from <= to).map(|(from, to)| Spread::Uniform(from, to)),
        "normal" => pair("~").map(|(mean, deviation)| Spread::Normal(mean, deviation)),
        "exponential" => time(rest).map(Spread::Exponential),
        _ => None,
    }
}

fn error(fields: &Fields<'_>) -> Read<Fault> {
    let allowed = |text: &str| {
        text.parse().ok().filter(|code| (400..600).contains(code)).and_then(|code| StatusCode::from_u16(code).ok())
    };
    let what = "is a status from 400 to 599";
    let status = fields.read("status", what, allowed)?.ok_or_else(|| fields.lacks("status", what))?;
    let bodies = [("service", Body::Service), ("empty", Body::Empty), ("html", Body::Html)];
    let body = fields.one_of("body", &bodies)?.unwrap_or(Body::Service);
    let retry_after = retry_after(fields)?.unwrap_or(RetryAfter::Absent);
    Ok(Fault::Answer { refusal: Refusal { status, throttle: None, body, retry_after }, stored: fields.is("stored")? })
}

fn status(status: StatusCode, retry_after: RetryAfter) -> Fault {
    Fault::Answer { refusal: Refusal { status, throttle: None, body: Body::Service, retry_after }, stored: false }
}

fn throttle(fields: &Fields<'_>) -> Read<Fault> {
    let codes = [
        ("ApplicationThrottled", Throttle::Concurrency),
        ("TooManyRequests", Throttle::Requests),
        ("ErrorTooManyObjectsOpened", Throttle::Objects),
    ];
    let code = fields.one_of("code", &codes)?.unwrap_or(Throttle::Requests);
    let usual = match code {
        // Observed: it came without.
        Throttle::Objects => RetryAfter::Absent,
        _ => RetryAfter::Seconds("5".into()),
    };
    let retry_after = retry_after(fields)?.unwrap_or(usual);
    let refusal =
        Refusal { status: StatusCode::TOO_MANY_REQUESTS, throttle: Some(code), body: Body::Service, retry_after };
    Ok(Fault::Answer { refusal, stored: false })
}

fn retry_after(fields: &Fields<'_>) -> Read<Option<RetryAfter>> {
    let what = "is none, seconds (5 or 2.128), or date: and how far ahead it is (date:5s)";
    fields.read("retry-after", what, |text| match text.split_once(':') {
        Some(("date", ahead)) => time(ahead).map(RetryAfter::Date),
        Some(_) => None,
        None if text == "none" => Some(RetryAfter::Absent),
        None => text
            .parse::<f64>()
            .ok()
            .filter(|seconds| (0.0..1e6).contains(seconds))
            .map(|_| RetryAfter::Seconds(text.into())),
    })
}

fn cut(fields: &Fields<'_>) -> Read<Fault> {
    let count = |text: &str| text.parse().ok();
    let bytes = fields.read("bytes", "is how many bytes of the body are sent", count)?;
    Ok(Fault::Cut { bytes, reset: fields.is("reset")? })
}

fn slow(fields: &Fields<'_>) -> Read<Fault> {
    let size = |text: &str| bytes(text).and_then(|size| usize::try_from(size).ok());
    let chunk = fields.read("chunk", "is a size such as 1kB", size)?.unwrap_or(1000);
    Ok(Fault::Slow { chunk, pause: fields.time("pause")?.unwrap_or(Duration::from_millis(100)) })
}

/// Reads a rule's short form into words: what happens first, then `word=value` after commas.
pub(super) fn fields_of(text: &str) -> Result<Vec<Field>, String> {
    let mut fields = Vec::new();
    for (at, part) in text.split(',').map(str::trim).enumerate() {
        let (name, value) = match part.split_once('=') {
            Some((name, value)) => (name.trim(), value.trim()),
            None if at == 0 => ("what", part),
            None => return Err(format!("{part:?} is no word=value; write as in lost,method=POST,probability=0.1")),
        };
        if fields.iter().any(|field: &Field| field.name == name) {
            return Err(format!("{name} is said twice; several methods or kinds stand as in POST|PATCH"));
        }
        fields.push(Field { name: name.into(), name_at: 0..0, value: value.into(), value_at: 0..0 });
    }
    Ok(fields)
}

fn wrong(at: Range<usize>, what: impl Into<String>) -> Wrong {
    Wrong { at, what: what.into() }
}

/// The words of one rule.
struct Fields<'f>(&'f [Field]);

impl Fields<'_> {
    fn get(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|field| field.name == name)
    }

    /// Refuses words that neither every rule nor this fault knows.
    fn only(&self, what: &str, own: &[&str]) -> Read<()> {
        let known = || COMMON.iter().chain(&["by"]).chain(own).copied();
        let Some(field) = self.0.iter().find(|field| !known().any(|name| name == field.name)) else { return Ok(()) };
        let known = known().collect::<Vec<_>>().join(", ");
        Err(wrong(field.name_at.clone(), format!("{what} knows no {:?}; known are {known}", field.name)))
    }

    /// What is said for a word; `allowed` is what may be said.
    fn read<T>(&self, name: &str, allowed: &str, read: impl Fn(&str) -> Option<T>) -> Read<Option<T>> {
        let Some(field) = self.get(name) else { return Ok(None) };
        let refuse = || wrong(field.value_at.clone(), format!("{name} = {:?}: {name} {allowed}", field.value));
        read(&field.value).map(Some).ok_or_else(refuse)
    }

    fn lacks(&self, name: &str, allowed: &str) -> Wrong {
        let at = self.get("what").map_or(0..0, |field| field.value_at.clone());
        wrong(at, format!("{name} is missing: it {allowed}"))
    }

    fn one_of<T: Copy>(&self, name: &str, allowed: &[(&str, T)]) -> Read<Option<T>> {
        let names = allowed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let find = |text: &str| allowed.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        self.read(name, &format!("is one of {names}"), find)
    }

    fn is(&self, name: &str) -> Read<bool> {
        Ok(self.one_of(name, &[("true", true), ("false", false)])?.unwrap_or(false))
    }

    fn time(&self, name: &str) -> Read<Option<Duration>> {
        let allowed = format!("is {TIME}, and {} at most", time_of(LONGEST));
        self.read(name, &allowed, |text| time(text).filter(|time| *time <= LONGEST))
    }

    /// Values with `|` between them.
    fn each<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Range<usize>> {
        let Some(field) = self.get(name) else { return Ok(Vec::new()) };
        field.value.split('|').map(|text| read(text.trim()).ok_or_else(|| field.value_at.clone())).collect()
    }
}
