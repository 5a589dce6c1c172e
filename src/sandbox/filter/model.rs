//! The filter held against a naive reading of the same conditions, and the grammar against its own printing.

use std::fmt::{self, Display};

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;

use super::grammar::{Expr, Lambda, Literal, Operator};
use super::*;
use crate::sandbox::schema::CONTACT;
use crate::sandbox::store::ContactRow;

/// Prints a tree with a parenthesis around every part that is not a leaf.
struct Printed<'a>(&'a Expr);

impl Display for Printed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Expr::Or(all) => join(f, all, " or "),
            Expr::And(all) => join(f, all, " and "),
            Expr::Not(one) => write!(f, "not {}", part(one)),
            Expr::Negate(one) => write!(f, "- {}", part(one)),
            Expr::Binary(left, operator, right) => write!(f, "{} {} {}", part(left), word(*operator), part(right)),
            Expr::In(left, list) => {
                write!(f, "{} in (", part(left))?;
                join(f, list, ", ")?;
                write!(f, ")")
            }
            Expr::Call(name, arguments) => {
                write!(f, "{name}(")?;
                join(f, arguments, ",")?;
                write!(f, ")")
            }
            Expr::Lambda(lambda) => {
                write!(f, "{}/{}(", lambda.path.join("/"), if lambda.every { "all" } else { "any" })?;
                if let Some((variable, body)) = &lambda.condition {
                    write!(f, "{variable}: {}", Printed(body))?;
                }
                write!(f, ")")
            }
            Expr::Path(path) => write!(f, "{}", path.join("/")),
            Expr::Literal(literal) => write!(f, "{}", value(literal)),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, all: &[Expr], between: &str) -> fmt::Result {
    let parts: Vec<String> = all.iter().map(part).collect();
    write!(f, "{}", parts.join(between))
}

fn part(tree: &Expr) -> String {
    match tree {
        Expr::Path(_) | Expr::Literal(_) | Expr::Call(..) | Expr::Lambda(_) => Printed(tree).to_string(),
        _ => format!("({})", Printed(tree)),
    }
}

fn word(operator: Operator) -> String {
    format!("{operator:?}").to_lowercase()
}

fn value(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Text(text) => format!("'{}'", text.replace('\'', "''")),
        Literal::Integer(number) => number.to_string(),
        Literal::Number(number) => format!("{number:?}"),
        Literal::Moment(moment) => moment.to_string(),
        Literal::Guid(guid) => guid.clone(),
        Literal::Other(kind) => format!("{kind}''"),
    }
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        Just(Literal::Null),
        any::<bool>().prop_map(Literal::Boolean),
        "\\PC{0,8}".prop_map(Literal::Text),
        any::<i64>().prop_map(Literal::Integer),
        (-1e12..1e12_f64).prop_map(Literal::Number),
        (0..4_000_000_000_i64).prop_map(|second| Literal::Moment(Timestamp::from_second(second).unwrap())),
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}".prop_map(Literal::Guid),
        "duration|binary|geography".prop_map(Literal::Other),
    ]
}

fn name() -> impl Strategy<Value = String> {
    "[$@]?[a-zA-Zäß_][a-zA-Z0-9_]{0,6}(\\.[a-zA-Z0-9_]{1,4}){0,2}"
        .prop_filter("these are literals", |name| !matches!(name.as_str(), "null" | "true" | "false"))
}

fn path() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(name(), 1..3)
}

fn tree() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![path().prop_map(Expr::Path), literal().prop_map(Expr::Literal)];
    let operators = vec![
        Operator::Eq,
        Operator::Ne,
        Operator::Gt,
        Operator::Ge,
        Operator::Lt,
        Operator::Le,
        Operator::Has,
        Operator::Add,
        Operator::Sub,
        Operator::Mul,
        Operator::Div,
        Operator::DivBy,
        Operator::Mod,
    ];
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let few = prop::collection::vec(inner.clone(), 2..4);
        let pair = (inner.clone(), prop::sample::select(operators.clone()), inner.clone());
        let condition = prop::option::of((name(), inner.clone()));
        prop_oneof![
            few.clone().prop_map(Expr::Or),
            few.clone().prop_map(Expr::And),
            inner.clone().prop_map(|one| Expr::Not(Box::new(one))),
            inner.clone().prop_map(|one| Expr::Negate(Box::new(one))),
            pair.prop_map(|(left, operator, right)| Expr::Binary(Box::new(left), operator, Box::new(right))),
            (inner.clone(), prop::collection::vec(inner.clone(), 0..3))
                .prop_map(|(left, list)| Expr::In(Box::new(left), list)),
            (name(), prop::collection::vec(inner, 0..3)).prop_map(|(name, list)| Expr::Call(name, list)),
            (path(), any::<bool>(), condition).prop_map(|(path, every, condition)| Expr::Lambda(Box::new(Lambda {
                path,
                every,
                condition
            }))),
        ]
    })
}

/// A contact of few properties with few values, so that conditions hold about as often as not.
#[derive(Debug, Clone)]
struct Small {
    given: Option<&'static str>,
    mails: Vec<&'static str>,
    number: Option<i64>,
    modified: i64,
}

const TEXTS: [&str; 4] = ["a", "B", "ab", "ba"];

fn small() -> impl Strategy<Value = Small> {
    let text = || prop::sample::select(TEXTS.to_vec());
    (prop::option::of(text()), prop::collection::vec(text(), 0..3), prop::option::of(0..4_i64), 0..4_i64)
        .prop_map(|(given, mails, number, modified)| Small { given, mails, number, modified })
}

/// A condition and what it means, as plainly as can be said.
#[derive(Debug, Clone)]
enum Plain {
    Given(&'static str, &'static str),
    Missing(bool),
    Mail(&'static str),
    Number(&'static str, i64),
    Modified(&'static str, i64),
    Not(Box<Plain>),
    Both(Box<Plain>, Box<Plain>),
    Either(Box<Plain>, Box<Plain>),
}

const WORDS: [&str; 6] = ["eq", "ne", "gt", "ge", "lt", "le"];

fn plain() -> impl Strategy<Value = Plain> {
    let text = || prop::sample::select(TEXTS.to_vec());
    let words = || prop::sample::select(WORDS.to_vec());
    let functions = prop::sample::select([&WORDS[..], &["startswith", "endswith", "contains"]].concat());
    let leaf = prop_oneof![
        (functions, text()).prop_map(|(word, text)| Plain::Given(word, text)),
        any::<bool>().prop_map(Plain::Missing),
        text().prop_map(Plain::Mail),
        (words(), 0..4_i64).prop_map(|(word, number)| Plain::Number(word, number)),
        (words(), 0..4_i64).prop_map(|(word, day)| Plain::Modified(word, day)),
    ];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            inner.prop_map(|one| Plain::Not(Box::new(one))),
            two.clone().prop_map(|(one, two)| Plain::Both(Box::new(one), Box::new(two))),
            two.prop_map(|(one, two)| Plain::Either(Box::new(one), Box::new(two))),
        ]
    })
}

impl Plain {
    fn text(&self) -> String {
        match self {
            Plain::Given(word, text) if WORDS.contains(word) => format!("givenName {word} '{text}'"),
            Plain::Given(word, text) => format!("{word}(givenName,'{text}')"),
            Plain::Missing(missing) => format!("givenName {} null", if *missing { "eq" } else { "ne" }),
            Plain::Mail(text) => format!("emailAddresses/any(a:a/address eq '{text}')"),
            Plain::Number(word, number) => format!(
                "singleValueExtendedProperties/any(e: e/id eq 'Integer 0x1' and cast(e/value,Edm.Int32) {word} {number})"
            ),
            Plain::Modified(word, day) => format!("lastModifiedDateTime {word} 1970-01-0{}", day + 1),
            Plain::Not(one) => format!("not ({})", one.text()),
            Plain::Both(one, two) => format!("({} and {})", one.text(), two.text()),
            Plain::Either(one, two) => format!("({} or {})", one.text(), two.text()),
        }
    }

    fn holds(&self, small: &Small) -> bool {
        let given = small.given.map(str::to_lowercase);
        match self {
            Plain::Given("ne", text) => given != Some(text.to_lowercase()),
            Plain::Given(word, text) => given.is_some_and(|given| says(word, &given, &text.to_lowercase())),
            Plain::Missing(missing) => small.given.is_none() == *missing,
            Plain::Mail(text) => small.mails.iter().any(|mail| mail.eq_ignore_ascii_case(text)),
            Plain::Number(word, wanted) => small.number.is_some_and(|number| compares(word, number, *wanted)),
            Plain::Modified(word, day) => compares(word, small.modified, *day),
            Plain::Not(one) => !one.holds(small),
            Plain::Both(one, two) => one.holds(small) && two.holds(small),
            Plain::Either(one, two) => one.holds(small) || two.holds(small),
        }
    }
}

fn says(word: &str, found: &str, wanted: &str) -> bool {
    match word {
        "startswith" => found.starts_with(wanted),
        "endswith" => found.ends_with(wanted),
        "contains" => found.contains(wanted),
        _ => compares(word, found, wanted),
    }
}

fn compares<T: PartialOrd>(word: &str, found: T, wanted: T) -> bool {
    match word {
        "eq" => found == wanted,
        "ne" => found != wanted,
        "gt" => found > wanted,
        "ge" => found >= wanted,
        "lt" => found < wanted,
        _ => found <= wanted,
    }
}

fn row(small: &Small) -> ContactRow {
    let mails: Vec<_> = small.mails.iter().map(|mail| json!({ "address": mail })).collect();
    let content = json!({ "givenName": small.given, "emailAddresses": mails });
    ContactRow {
        number: 2,
        born: 2,
        folder: 1,
        public: String::new(),
        folder_public: String::new(),
        change: 2,
        created: 0,
        modified: small.modified * 86_400,
        content: content.as_object().unwrap().clone(),
        size: 0,
        has_photo: false,
    }
}

proptest! {
    #[test]
    fn a_printed_tree_reads_as_itself(tree in tree()) {
        let text = Printed(&tree).to_string();
        prop_assert_eq!(grammar::parse(&text), Ok(tree), "{}", text);
    }

    #[test]
    fn a_filter_holds_when_its_plain_meaning_does(plain in plain(), contacts in prop::collection::vec(small(), 1..8)) {
        let filter = parse(&plain.text(), Dialect::Graph, &CONTACT, false).unwrap();
        for small in contacts {
            let extended: Vec<_> = small.number.iter().map(|number| ("Integer 0x1".to_owned(), number.to_string())).collect();
            let found = filter.matches(Item::Contact(&row(&small), &extended));
            prop_assert_eq!(found, plain.holds(&small), "{} of {:?}", plain.text(), small);
        }
    }

    /// What the index finds is all that matches.
    #[test]
    fn a_lookup_misses_no_match(plain in plain(), small in small()) {
        let filter = parse(&plain.text(), Dialect::Graph, &CONTACT, false).unwrap();
        let Some(lookups) = filter.lookups() else { return Ok(()) };
        let found = lookups.iter().any(|lookup| match lookup {
            Lookup::Email(address) => small.mails.iter().any(|mail| mail.to_lowercase() == *address),
            Lookup::Property(id) => *id == "Integer 0x1" && small.number.is_some(),
            Lookup::Value(..) => false,
        });
        prop_assert!(found || !plain.holds(&small), "{}", plain.text());
    }
}
