//! What goes wrong in the sandbox on purpose, as the command line says it.

use std::io::Read;
use std::path::Path;

use crate::cli::args::FaultArgs;
use crate::cli::exit::Failure;
use crate::disk;
use crate::sandbox::faults::Plan;

/// A larger file is no plan of faults.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads a file.
pub(super) fn plan(path: &Path) -> Result<Plan, Failure> {
    let name = path.display();
    let mut text = String::new();
    let read = disk::input::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text));
    read.map_err(|error| Failure::usage(format!("{name}: cannot be read: {error}")))?;
    Plan::parse(&text).map_err(|error| Failure::usage(format!("{name}: {error}")))
}

/// What the file says, then what the command line says.
pub(super) fn all(args: &FaultArgs) -> Result<Plan, Failure> {
    let mut plan = args.faults.as_deref().map(plan).transpose()?.unwrap_or_default();
    for rule in &args.fault {
        plan.add(rule).map_err(|what| Failure::usage(format!("--fault {rule}: {what}")))?;
    }
    plan.seed = args.fault_seed.unwrap_or(plan.seed);
    Ok(plan)
}
