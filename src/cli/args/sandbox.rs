//! `sandbox` on the command line.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args as Group, Subcommand};
use jiff::Timestamp;

use crate::sandbox::limits::Limits;

use crate::sandbox::behaviour::Behaviour;

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
    Serve(Box<Serve>),
    /// List Exchange's ways that --with and --without switch, and what each is known from
    Behaviours,
}

/// `sandbox serve`.
#[derive(Debug, Group)]
pub struct Serve {
    /// The port; 0 takes a free one
    #[arg(long, value_name = "N", env = "CARDFERRY_PORT", default_value_t = 0)]
    pub port: u16,
    /// The address to listen on; any but a loopback one lets others in, whom any token admits
    #[arg(long, value_name = "ADDRESS", env = "CARDFERRY_BIND", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub bind: IpAddr,
    /// Answer to this host name too, beside this machine's own names and addresses in figures; may be given again
    #[arg(long, value_name = "NAME", env = "CARDFERRY_ALLOW_HOST", value_delimiter = ',')]
    pub allow_host: Vec<String>,
    /// Answer over TLS too, on this port of the same address, 0 for a free one: some clients sign in or send tokens no
    /// other way. The certificate is made at each start and written beside the store, for the client to trust
    #[arg(long, value_name = "N", env = "CARDFERRY_HTTPS_PORT")]
    pub https_port: Option<u16>,
    /// The store, in place of the one in the user's data directory
    #[arg(long, value_name = "FILE", env = "CARDFERRY_SANDBOX_STORE")]
    pub sandbox_store: Option<PathBuf>,
    /// How the mailboxes are.
    #[command(flatten)]
    pub mailboxes: Mailboxes,
    /// Who may come in.
    #[command(flatten)]
    pub access: Access,
    /// What goes wrong.
    #[command(flatten)]
    pub faults: FaultArgs,
    /// What an app is granted in a mailbox: none, exchange (4 requests at once, 10000 in 10 minutes, 150 MB in 5
    /// minutes), exchange-2021 (15 MB in 30 seconds), or parts such as in-flight=4,requests=10000/10m,upload=15MB/30s
    /// (default: what the faults file says, or none)
    #[arg(long, value_name = "LIMITS", env = "CARDFERRY_LIMITS")]
    pub limits: Option<Limits>,
    /// The clock: system; virtual, which moves when every request waits for it; still, which moves only when the control
    /// endpoint is asked to. Both may say when they start: virtual=2026-01-01T00:00:00Z
    #[arg(long, value_name = "CLOCK", env = "CARDFERRY_CLOCK", default_value = "system", value_parser = clock_named)]
    pub clock: Clock,
    /// Answer on a second port of 127.0.0.1 to whoever wants to look at the requests or to change faults, limits,
    /// behaviours and the clock; 0 takes a free one, and GET / says what can be asked for
    #[arg(long, value_name = "N", env = "CARDFERRY_CONTROL_PORT")]
    pub control_port: Option<u16>,
}

/// What goes wrong on purpose.
#[derive(Debug, Default, Group)]
#[command(next_help_heading = "Faults, limits and time")]
pub struct FaultArgs {
    /// Let go wrong what the TOML file FILE says: a table `[[fault]]` for each rule, in the words of --fault
    #[arg(long, value_name = "FILE", env = "CARDFERRY_FAULTS")]
    pub faults: Option<PathBuf>,
    /// Let this go wrong: latency, error, throttle, quota, token, lost, late, reset, cut, slow or dirt, and which
    /// requests it hits, as in lost,method=POST,probability=0.1 or latency,time=uniform:50ms..400ms; may be given again,
    /// or with ; between two
    #[arg(long, value_name = "RULE", env = "CARDFERRY_FAULT", value_delimiter = ';')]
    pub fault: Vec<String>,
    /// What the faults are drawn from, in place of the file's seed; equal seeds give equal runs
    #[arg(long, value_name = "N", env = "CARDFERRY_FAULT_SEED")]
    pub fault_seed: Option<u64>,
}

/// Which clock the sandbox goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The machine's.
    System,
    /// A virtual one, from now or another moment on.
    Virtual {
        /// When it starts; now, if it is not said.
        start: Option<Timestamp>,
        /// Whether it moves when every request waits for it.
        skips: bool,
    },
}

fn clock_named(text: &str) -> Result<Clock, String> {
    let (name, start) = text.split_once('=').map_or((text, None), |(name, start)| (name, Some(start)));
    let moment = |text: &str| {
        let what = "the moment is written as in 2026-01-01T00:00:00Z";
        text.parse().map_err(|_| what.to_owned())
    };
    let start = start.map(moment).transpose()?;
    match name {
        "system" if start.is_none() => Ok(Clock::System),
        "virtual" => Ok(Clock::Virtual { start, skips: true }),
        "still" => Ok(Clock::Virtual { start, skips: false }),
        _ => Err("the clocks are system, virtual and still".into()),
    }
}

/// What mailboxes there are and how they behave.
#[derive(Debug, Group)]
#[command(next_help_heading = "Mailboxes")]
pub struct Mailboxes {
    /// Make a mailbox of this address beside the first one; repeatable
    #[arg(long, value_name = "UPN", env = "CARDFERRY_WITH_MAILBOX", value_delimiter = ',')]
    pub with_mailbox: Vec<String>,
    /// Switch one of Exchange's ways on (see sandbox behaviours); repeatable
    #[arg(long, value_name = "NAME", env = "CARDFERRY_WITH", value_delimiter = ',', value_parser = behaviour_named)]
    pub with: Vec<Behaviour>,
    /// Switch one of Exchange's ways off; repeatable
    #[arg(long, value_name = "NAME", env = "CARDFERRY_WITHOUT", value_delimiter = ',', value_parser = behaviour_named)]
    pub without: Vec<Behaviour>,
    /// Let each mailbox hold this many distribution lists, which make pages short
    #[arg(long, value_name = "N", env = "CARDFERRY_DISTRIBUTION_LISTS", default_value_t = 0)]
    pub distribution_lists: u32,
    /// Remember only this many states of each delta synchronization, at least 1: an older delta or skip token is answered
    /// 410 (default: all)
    #[arg(long, value_name = "N", env = "CARDFERRY_DELTA_GENERATIONS")]
    pub delta_generations: Option<NonZeroU32>,
    /// The most bytes that a mailbox may hold
    #[arg(long, value_name = "BYTES", env = "CARDFERRY_QUOTA_BYTES")]
    pub quota_bytes: Option<u64>,
    /// The most contacts that a mailbox may hold
    #[arg(long, value_name = "N", env = "CARDFERRY_QUOTA_CONTACTS")]
    pub quota_contacts: Option<u64>,
    /// The most named properties (extended properties with a GUID, and extensions) that a mailbox may ever use
    #[arg(long, value_name = "N", env = "CARDFERRY_QUOTA_NAMED_PROPERTIES")]
    pub quota_named_properties: Option<u64>,
}

/// Which tokens are taken.
#[derive(Debug, Group)]
#[command(next_help_heading = "Tokens and signing in")]
pub struct Access {
    /// Take this bearer token and no others that are not named; repeatable
    #[arg(long, value_name = "TOKEN", env = "CARDFERRY_TOKEN", hide_env_values = true, value_delimiter = ',')]
    pub token: Vec<Secret>,
    /// A bearer token that may read and not write; repeatable
    #[arg(
        long,
        value_name = "TOKEN",
        env = "CARDFERRY_READ_ONLY_TOKEN",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub read_only_token: Vec<Secret>,
    /// Let a token expire after this many requests
    #[arg(long, value_name = "N", env = "CARDFERRY_TOKEN_REQUESTS")]
    pub token_requests: Option<u64>,
    /// Take no tokens but named ones and those of the sandbox's own authority
    #[arg(long, env = "CARDFERRY_SIGN_IN_REQUIRED", value_parser = FalseyValueParser::new())]
    pub sign_in_required: bool,
    /// Let the authority consent by itself, without anybody at its page
    #[arg(long, env = "CARDFERRY_AUTO_APPROVE", value_parser = FalseyValueParser::new())]
    pub auto_approve: bool,
}

/// A text that is shown nowhere.
#[derive(Clone)]
pub struct Secret(pub String);

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("(secret)")
    }
}

fn behaviour_named(name: &str) -> Result<Behaviour, String> {
    Behaviour::named(name).ok_or_else(|| {
        let names: Vec<&str> = Behaviour::ALL.iter().map(|row| row.name).collect();
        format!("there are {}", names.join(", "))
    })
}
