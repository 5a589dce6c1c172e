//! What is said of contacts that were read back after an import.

use crate::pipeline::import::{Difference, Verified};

/// What came of reading all back.
pub(super) fn line(Verified { as_sent, differ }: &Verified) -> String {
    let differs = if *differ == 1 { "differs" } else { "differ" };
    format!("verified: {as_sent} as sent, {differ} {differs}")
}

/// A contact that is not as it was sent: which, and in what; with the values where all is shown.
pub(super) fn difference(difference: &Difference<'_>, verbose: bool) -> Vec<String> {
    let Difference { position, name, changes, why, .. } = difference;
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    let names: Vec<_> = changes.iter().map(|change| change.name.as_str()).collect();
    let what = if why.is_empty() { format!("in {}", names.join(", ")) } else { (*why).to_owned() };
    let values = changes.iter().filter(|_| verbose).map(|change| format!("  there -> sent: {change}"));
    std::iter::once(format!("differs {position}{name}: {what}")).chain(values).collect()
}
