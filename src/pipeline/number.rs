//! Numbers in messages.

/// A number and what it counts, by the word for one: `1 card`, `2 cards`.
pub(crate) fn counted(count: impl TryInto<u64>, one: &str) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    match (count, one.strip_suffix('y')) {
        (1, _) => format!("1 {one}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {one}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_one_and_none_are_many() {
        let said = [0_u64, 1, 2].map(|count| counted(count, "card"));
        assert_eq!(said, ["0 cards", "1 card", "2 cards"]);
        assert_eq!(counted(3_usize, "linked directory"), "3 linked directories");
    }
}
