//! Times and sizes as people write them: `200ms`, `1.5s`, `10m`, `15MB`.

use std::time::Duration;

/// Units of time, in nanoseconds, largest first.
const TIMES: [(&str, u64); 6] =
    [("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000), ("ns", 1)];

/// Units of bytes, largest first; thousands, as the service's pages count.
const BYTES: [(&str, u64); 4] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("", 1)];

/// The longest time that is read: a year.
const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What a time is written as, for messages.
pub(super) const TIME: &str = "a time such as 200ms, 1.5s or 10m";

/// Reads a time; one without a unit is in seconds.
pub(super) fn time(text: &str) -> Option<Duration> {
    let (number, unit) = parts(text);
    let unit = if unit.is_empty() { "s" } else { unit };
    let (_, nanoseconds) = TIMES.iter().find(|(name, _)| *name == unit)?;
    let seconds = number? * *nanoseconds as f64 / 1e9;
    Duration::try_from_secs_f64(seconds).ok().filter(|time| *time <= LONGEST)
}

/// Writes a time so that it can be read again.
pub(super) fn time_of(time: Duration) -> String {
    let nanoseconds = time.as_nanos();
    let (unit, size) =
        TIMES.iter().find(|(_, size)| nanoseconds.is_multiple_of(u128::from(*size))).unwrap_or(&("ns", 1));
    match nanoseconds {
        0 => "0s".to_owned(),
        _ => format!("{}{unit}", nanoseconds / u128::from(*size)),
    }
}

/// Reads a size.
pub(super) fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = parts(text);
    let (_, size) = BYTES.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    let bytes = number? * *size as f64;
    (1.0..=1e15).contains(&bytes).then_some(bytes as u64)
}

/// Writes a size so that it can be read again.
pub(super) fn bytes_of(bytes: u64) -> String {
    let (unit, size) = BYTES.iter().find(|(_, size)| bytes.is_multiple_of(*size)).unwrap_or(&("", 1));
    format!("{}{unit}", bytes / size)
}

/// The number and what follows it.
fn parts(text: &str) -> (Option<f64>, &str) {
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number.parse().ok(), unit.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_written() {
        let table = [("200ms", 200), ("1.5s", 1500), ("2", 2000), ("10m", 600_000), ("1h", 3_600_000), ("0", 0)];
        for (text, milliseconds) in table {
            assert_eq!(time(text), Some(Duration::from_millis(milliseconds)), "{text}");
            assert_eq!(time(&time_of(Duration::from_millis(milliseconds))), Some(Duration::from_millis(milliseconds)));
        }
        for text in ["", "s", "-1s", "1 d", "1e9", "9999999999h", "..5s", "1s2"] {
            assert_eq!(time(text), None, "{text}");
        }
        assert_eq!(time_of(Duration::from_millis(1500)), "1500ms");
    }

    #[test]
    fn sizes_are_read_and_written() {
        for (text, size) in [("15MB", 15_000_000), ("1.5 kb", 1500), ("7", 7)] {
            assert_eq!(bytes(text), Some(size), "{text}");
            assert_eq!(bytes(&bytes_of(size)), Some(size));
        }
        for text in ["", "MB", "0", "1 MiB", "9999999999GB"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
