//! The table of figures: medians, for a machine seldom does one thing alone.

use crate::cases::Case;
use crate::measure::Run;

/// The head of the table, which is Markdown too.
pub const HEAD: &str = "\
| case               |     MB | wall s, median (min–max) | CPU s | peak MiB |   MB/s | contacts/s | under 20 MiB |
| ------------------ | -----: | -----------------------: | ----: | -------: | -----: | ---------: | ------------ |";

/// What a conversion may take at the most, in MiB, for records up to 1 MiB.
const GOAL: f64 = 20.0;

const MIB: f64 = 1024.0 * 1024.0;

/// A case's row.
pub fn row(case: &Case, runs: &[Run]) -> String {
    let walls = sorted(runs.iter().map(|run| run.wall));
    let wall = middle(&walls);
    let span = format!("{wall:.3} ({:.3}–{:.3})", walls[0], walls[walls.len() - 1]);
    let cpu = runs.iter().map(|run| run.cpu).collect::<Option<Vec<_>>>().map(|cpu| middle(&sorted(cpu.into_iter())));
    let peak = runs.iter().filter_map(|run| run.peak).reduce(f64::max).map(|peak| peak / MIB);
    let megabytes = case.bytes() as f64 / 1e6;
    let contacts = runs[0].summary["read"].as_f64().unwrap_or_default();
    let goal = match peak {
        Some(peak) if case.streams() => {
            if peak < GOAL {
                "yes"
            } else {
                "NO"
            }
        }
        _ => "-",
    };
    format!(
        "| {:18} | {megabytes:6.1} | {span:>24} | {:>5} | {:>8} | {:6.1} | {:10.0} | {goal:12} |",
        case.name,
        shown(cpu, 2),
        shown(peak, 1),
        megabytes / wall,
        contacts / wall,
    )
}

fn sorted(numbers: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    if sorted.len() % 2 == 1 { sorted[half] } else { (sorted[half - 1] + sorted[half]) / 2.0 }
}

fn shown(number: Option<f64>, digits: usize) -> String {
    number.map_or_else(|| "-".to_owned(), |number| format!("{number:.digits$}"))
}
