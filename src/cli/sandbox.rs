//! `cardferry sandbox serve`.

use std::sync::Arc;

use crate::cli::args::{Clock, Common, Sandbox, SandboxCommand, Serve};
use crate::cli::exit::{Exit, Failure};
use crate::cli::local::{self, Opened};
use crate::cli::signal::Signals;
use crate::cli::{address, faults, print};
use crate::sandbox::clock::{SystemClock, VirtualClock};
use crate::sandbox::{self, Control, Server, Settings};

pub(super) async fn run(common: &Common, args: &Sandbox) -> Result<Exit, Failure> {
    match &args.command {
        SandboxCommand::Serve(args) => serve(common, args).await,
    }
}

async fn serve(common: &Common, args: &Serve) -> Result<Exit, Failure> {
    let store = address::store_path(args.sandbox_store.as_deref())?;
    let sandbox = match local::open(&store, settings(args)?).await? {
        Opened::Here(sandbox) => sandbox,
        Opened::At(url) => {
            let what = format!(
                "{}: is served at {url} already; use that server, or name another store with --sandbox-store",
                store.display()
            );
            return Err(Failure::new(Exit::Stopped, what));
        }
    };
    let bound = Server::bind_to(sandbox, (args.bind, args.port).into()).await;
    let server = bound.map_err(|error| {
        let (port, address) = (args.port, args.bind);
        let what = format!("port {port} on {address} cannot be had: {error}; choose another with --port or --bind");
        Failure::new(Exit::Stopped, what)
    })?;
    let server = server.named(&args.allow_host);
    if !args.bind.is_loopback() {
        print::note(common, &format!("{} can be reached from other machines, and any token is let in", args.bind));
    }
    let control = match args.control_port {
        Some(port) => Some(control(server.sandbox().clone(), port).await?),
        None => None,
    };
    let mut signals = Signals::listen();
    print::serving(common, server.url(), control.as_ref().map(Control::url), &store)?;
    // The control endpoint ends with the server: it is dropped when that has ended.
    let controlled = async {
        match control {
            Some(control) => control.run(std::future::pending()).await,
            None => std::future::pending().await,
        }
    };
    let served = tokio::select! {
        served = server.run(async move { signals.next().await }) => served,
        () = controlled => Ok(()),
    };
    served.map_err(|error| Failure::new(Exit::Stopped, format!("the server stopped: {error}")))?;
    print::note(common, "stopped; the store is safe");
    Ok(Exit::Done)
}

async fn control(sandbox: crate::sandbox::Sandbox, port: u16) -> Result<Control, Failure> {
    Control::bind(sandbox, port).await.map_err(|error| {
        let what = format!("port {port} on 127.0.0.1 cannot be had: {error}; choose another with --control-port");
        Failure::new(Exit::Stopped, what)
    })
}

/// How the sandbox is set up.
fn settings(args: &Serve) -> Result<Settings, Failure> {
    let mut faults = faults::all(&args.faults)?;
    faults.limits = args.limits.or(faults.limits);
    let clock: Arc<dyn sandbox::clock::Clock> = match args.clock {
        Clock::System => Arc::new(SystemClock),
        Clock::Virtual { start, skips } => {
            let start = start.unwrap_or_else(|| sandbox::clock::Clock::now(&SystemClock));
            Arc::new(if skips { VirtualClock::skipping(start) } else { VirtualClock::at(start) })
        }
    };
    Ok(Settings { clock, faults, ..Settings::default() })
}
