//! `sandbox` on the command line.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

/// `sandbox`.
#[derive(Debug, Group)]
pub struct Sandbox {
    /// What to do with it.
    #[command(subcommand)]
    pub command: SandboxCommand,
}

/// What to do with the sandbox.
#[derive(Debug, Subcommand)]
pub enum SandboxCommand {
    /// Run the server alone, for any client, until interrupted
    Serve(Serve),
}

/// `sandbox serve`.
#[derive(Debug, Group)]
pub struct Serve {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", env = "CARDFERRY_PORT", default_value_t = 0)]
    pub port: u16,
    /// The store, in place of the one in the user's data directory
    #[arg(long, value_name = "FILE", env = "CARDFERRY_SANDBOX_STORE")]
    pub sandbox_store: Option<PathBuf>,
}
