//! Parses the arguments, runs, exits.

fn main() -> std::process::ExitCode {
    cardferry::cli::main()
}
