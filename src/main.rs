//! Parses the arguments, runs, exits.

/// Contacts are many small texts, made on one thread and freed on it: the system's allocator takes a seventh of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cardferry::cli::main()
}
