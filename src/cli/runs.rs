//! `cardferry runs`.

use crate::cli::args::{Common, Runs};
use crate::cli::exit::{Exit, Failure};

pub(super) async fn run(_common: &Common, _args: &Runs) -> Result<Exit, Failure> {
    Ok(Exit::Done)
}
