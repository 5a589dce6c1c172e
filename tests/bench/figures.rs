//! The table of figures: medians, for a machine seldom does one thing alone.

use crate::cases::{Case, Goal, Rounds};
use crate::measure::Run;

/// The head of the table, which is Markdown too.
pub const HEAD: &str = "\
| case               |     MB | wall s, median (min–max) | CPU s | peak MiB |   MB/s | contacts/s | of its peer: wall | CPU  | goals        |
| ------------------ | -----: | -----------------------: | ----: | -------: | -----: | ---------: | ----------------: | ---: | ------------ |";

/// What a conversion may take at the most, in MiB, for records up to 1 MiB.
const PEAK: f64 = 20.0;

const MIB: f64 = 1024.0 * 1024.0;

/// The middle of some runs.
struct Middle {
    walls: Vec<f64>,
    wall: f64,
    cpu: Option<f64>,
    /// The largest, in MiB.
    peak: Option<f64>,
}

impl Middle {
    fn of(runs: &[Run]) -> Self {
        let walls = sorted(runs.iter().map(|run| run.wall));
        let cpu = runs.iter().map(|run| run.cpu).collect::<Option<Vec<_>>>();
        let peak = runs.iter().filter_map(|run| run.peak).reduce(f64::max);
        let cpu = cpu.map(|cpu| middle(&sorted(cpu.into_iter())));
        Self { wall: middle(&walls), walls, cpu, peak: peak.map(|peak| peak / MIB) }
    }
}

/// A case's row, and those of its peers below it.
pub fn rows(case: &Case, rounds: &Rounds) -> Vec<String> {
    let own = Middle::of(&rounds.own);
    let megabytes = case.bytes() as f64 / 1e6;
    let contacts = rounds.own[0].summary["read"].as_f64().unwrap_or_default();
    let Some(goal) = case.goal else {
        let judged = if case.streams() { judged(&[("peak", own.peak, PEAK)]) } else { "-".to_owned() };
        return vec![row(case.name, megabytes, contacts, &own, [None, None], &judged)];
    };
    let (peer, copy) = (Middle::of(&rounds.peer), Middle::of(&rounds.copy));
    let parts = |middle: &Middle| {
        let cpu = middle.cpu.zip(peer.cpu).map(|(cpu, of)| cpu / of);
        [Some(middle.wall / peer.wall), cpu]
    };
    let [wall, cpu] = parts(&own);
    let Goal { wall: wall_goal, cpu: cpu_goal, peer: name } = goal;
    let judged = judged(&[("wall", wall, wall_goal), ("CPU", cpu, cpu_goal), ("peak", own.peak, PEAK)]);
    vec![
        row(case.name, megabytes, contacts, &own, [wall, cpu], &judged),
        row(&format!("  {name}"), megabytes, contacts, &peer, [None, None], ""),
        row("  copy", megabytes, contacts, &copy, parts(&copy), ""),
    ]
}

/// Whether every figure that is known keeps its limit; if not, which do not.
fn judged(figures: &[(&str, Option<f64>, f64)]) -> String {
    let over = figures.iter().filter(|(_, figure, limit)| figure.is_some_and(|figure| figure > *limit));
    let over: Vec<_> = over.map(|(name, _, limit)| format!("{name} > {limit}")).collect();
    if over.is_empty() { "met".to_owned() } else { format!("MISSED: {}", over.join(", ")) }
}

fn row(name: &str, megabytes: f64, contacts: f64, middle: &Middle, parts: [Option<f64>; 2], judged: &str) -> String {
    let Middle { walls, wall, cpu, peak } = middle;
    let span = format!("{wall:.3} ({:.3}–{:.3})", walls[0], walls[walls.len() - 1]);
    let [part_of_wall, part_of_cpu] = parts.map(|part| shown(part, 2));
    format!(
        "| {name:18} | {megabytes:6.1} | {span:>24} | {:>5} | {:>8} | {:6.1} | {:10.0} | {part_of_wall:>17} | {part_of_cpu:>4} | {judged:12} |",
        shown(*cpu, 2),
        shown(*peak, 1),
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
