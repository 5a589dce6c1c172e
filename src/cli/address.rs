//! Which mailbox an address stands for, and the way to it.

use std::path::{Path, PathBuf};

use crate::cli::args::MailboxArgs;
use crate::cli::exit::{Exit, Failure, shown};
use crate::cli::local::{self, Door};
use crate::cli::{faults, print};
use crate::formats::exchange::Dialect;
use crate::remote::clock::System;
use crate::remote::gate::Limits;
use crate::remote::http::Http;
use crate::remote::{Endpoint, Mailbox, Owner, Token};
use crate::sandbox::Settings;

/// The mailbox type of the program: network or sandbox, and the machine's clock.
pub(super) type AnyMailbox = Mailbox<Door, System>;

const GRAPH: &str = "https://graph.microsoft.com/v1.0";
/// The sandbox takes any token that is not empty.
const SANDBOX_TOKEN: &str = "sandbox";
/// What the in-process sandbox is called in URLs; no request to it reaches a network.
const IN_PROCESS: &str = "http://localhost";

/// Opens the way to a mailbox. Nothing is sent yet.
pub(super) async fn mailbox(address: &str, args: &MailboxArgs) -> Result<AnyMailbox, Failure> {
    let api = args.api.map(Dialect::from);
    let owner = if args.mailbox == "me" { Owner::Me } else { Owner::User(args.mailbox.clone()) };
    if address == "sandbox" {
        return sandbox(api, owner, args).await;
    }
    let url = match address {
        "graph" => GRAPH,
        url if url.contains("://") => url,
        unknown => {
            let known = "the accounts are sandbox and graph; a mailbox may also be a URL such as";
            return Err(Failure::usage(format!("there is no account {unknown:?}; {known} {GRAPH}")));
        }
    };
    let endpoint =
        Endpoint::parse(url, api, owner).map_err(|error| Failure::usage(format!("{}: {error}", shown(url))))?;
    let token = token(args)?;
    let limits = if args.no_limits { Limits::NONE } else { Limits::EXCHANGE };
    Ok(Mailbox::new(endpoint, Door::Http(http()?), System::start(), token, limits))
}

async fn sandbox(api: Option<Dialect>, owner: Owner, args: &MailboxArgs) -> Result<AnyMailbox, Failure> {
    let store = store_path(args.sandbox_store.as_deref())?;
    let faults = args.sandbox_faults.as_deref().map(faults::plan).transpose()?;
    let settings = Settings { faults: faults.clone().unwrap_or_default(), ..Settings::default() };
    let (door, base) = match local::open(&store, settings).await? {
        local::Opened::Here(sandbox) => (Door::Local(sandbox), IN_PROCESS.to_owned()),
        local::Opened::At(url) if faults.is_some() => {
            let what = format!("the sandbox's server at {url} has faults of its own; give it the file with --faults");
            return Err(Failure::usage(what));
        }
        local::Opened::At(url) => (Door::Http(http()?), url),
    };
    let api = api.unwrap_or(Dialect::Graph);
    let endpoint = Endpoint::parse(&base, Some(api), owner).map_err(|error| Failure::new(Exit::Stopped, error))?;
    // A sandbox that is served may want a token of its own.
    let token = match &args.token_env {
        Some(_) => token(args)?,
        None => Token::new(SANDBOX_TOKEN).ok_or_else(|| Failure::usage("the sandbox's token is empty"))?,
    };
    Ok(Mailbox::new(endpoint, door, System::start(), token, Limits::NONE))
}

fn http() -> Result<Http, Failure> {
    Http::new().map_err(|error| Failure::new(Exit::Stopped, error))
}

#[expect(clippy::disallowed_methods, reason = "the token's home is the environment")]
fn token(args: &MailboxArgs) -> Result<Token, Failure> {
    let no = |what: String| Failure::new(Exit::NotAuthorised, what);
    let Some(name) = &args.token_env else {
        return Err(no("there is no token; put one into an environment variable and name it with --token-env".into()));
    };
    let text = std::env::var(name).map_err(|_| match is_variable(name) {
        true => no(format!("--token-env: the environment variable {name} is not set, or no text")),
        // Likely the token itself, which must not be shown.
        false => no("--token-env takes the NAME of an environment variable that is set, not the token itself".into()),
    })?;
    print::keep_secret(text.trim());
    let what = if text.trim().is_empty() { "is empty" } else { "holds characters that no token has" };
    Token::new(&text).ok_or_else(|| no(format!("--token-env: the environment variable {name} {what}")))
}

/// Whether a text looks like the name of an environment variable, and not like a token: short, of letters and
/// underscores, and no mixture of cases.
fn is_variable(name: &str) -> bool {
    let word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let mixed =
        name.bytes().any(|byte| byte.is_ascii_lowercase()) && name.bytes().any(|byte| byte.is_ascii_uppercase());
    word && !mixed && (1..=64).contains(&name.len())
}

/// The sandbox's store: the one named, else in the user's data directory.
pub(super) fn store_path(named: Option<&Path>) -> Result<PathBuf, Failure> {
    match named {
        Some(path) => Ok(path.to_owned()),
        None => Ok(home("name the sandbox's store with --sandbox-store")?.join("sandbox.db")),
    }
}

/// Where cardferry keeps what lasts: `CARDFERRY_HOME`, else the user's data directory.
#[expect(clippy::disallowed_methods, reason = "the environment is read in this room")]
pub(super) fn home(way_out: &str) -> Result<PathBuf, Failure> {
    let home = std::env::var_os("CARDFERRY_HOME").filter(|home| !home.is_empty()).map(PathBuf::from);
    let data = || Some(directories::ProjectDirs::from("", "", "cardferry")?.data_dir().to_owned());
    let directory = home.or_else(data);
    directory.ok_or_else(|| Failure::new(Exit::Stopped, format!("this user has no data directory; {way_out}")))
}
