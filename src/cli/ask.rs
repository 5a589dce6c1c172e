//! Questions to the user before something is done that cannot simply be done again.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::cli::exit::{Exit, Failure};
use crate::cli::print;

/// Goes on when the user has said yes with a flag, or says so now; nobody can be asked who has no terminal.
pub(super) fn confirm(question: &str, yes: bool, instead: &str) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    if !(io::stdin().is_terminal() && io::stderr().is_terminal()) {
        return Err(Failure::new(Exit::Refused, format!("{question} Nobody can be asked here: {instead}")));
    }
    // A prompt that cannot be written is not answered either.
    let _ = write!(io::stderr(), "{} [y/N] ", print::clean(question)).and_then(|()| io::stderr().flush());
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    match read.is_ok() && matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
        true => Ok(()),
        false => Err(Failure::new(Exit::Refused, "nothing was done")),
    }
}
