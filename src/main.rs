//! Parses the arguments, runs, exits.

fn main() {}
