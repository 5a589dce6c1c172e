//! `cardferry sandbox serve`.

use crate::cli::args::{Common, Sandbox, SandboxCommand, Serve};
use crate::cli::exit::{Exit, Failure};
use crate::cli::local::{self, Opened};
use crate::cli::signal::Signals;
use crate::cli::{address, print};
use crate::sandbox::Server;

pub(super) async fn run(common: &Common, args: &Sandbox) -> Result<Exit, Failure> {
    match &args.command {
        SandboxCommand::Serve(args) => serve(common, args).await,
    }
}

async fn serve(common: &Common, args: &Serve) -> Result<Exit, Failure> {
    let store = address::store_path(args.sandbox_store.as_deref())?;
    let sandbox = match local::open(&store).await? {
        Opened::Here(sandbox) => sandbox,
        Opened::At(url) => {
            let what = format!(
                "{}: is served at {url} already; use that server, or name another store with --sandbox-store",
                store.display()
            );
            return Err(Failure::new(Exit::Stopped, what));
        }
    };
    let bound = Server::bind(sandbox, args.port).await;
    let server = bound.map_err(|error| {
        let what = format!("port {} on 127.0.0.1 cannot be had: {error}; choose another with --port", args.port);
        Failure::new(Exit::Stopped, what)
    })?;
    let mut signals = Signals::listen();
    print::serving(common, server.url(), &store)?;
    let served = server.run(async move { signals.next().await }).await;
    served.map_err(|error| Failure::new(Exit::Stopped, format!("the server stopped: {error}")))?;
    print::note(common, "stopped; the store is safe");
    Ok(Exit::Done)
}
