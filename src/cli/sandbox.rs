//! `cardferry sandbox serve` and `cardferry sandbox behaviours`.

mod settings;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::args::{Common, Sandbox, SandboxCommand, Serve};
use crate::cli::exit::{Exit, Failure};
use crate::cli::local::{self, Opened};
use crate::cli::signal::Signals;
use crate::cli::{address, print};
use crate::disk::output::Output;
use crate::sandbox::behaviour::{Behaviour, Row};
use crate::sandbox::{self, Control, Server};

pub(super) async fn run(common: &Common, args: &Sandbox) -> Result<Exit, Failure> {
    match &args.command {
        SandboxCommand::Serve(args) => serve(common, args).await,
        SandboxCommand::Behaviours => behaviours(common),
    }
}

/// The table of behaviours, for people or for programs.
fn behaviours(common: &Common) -> Result<Exit, Failure> {
    for Row { name, on, does, without, known, .. } in Behaviour::ALL {
        let known = known.word();
        print::data(&if common.json {
            json!({ "name": name, "on": on, "does": does, "without": without, "known": known }).to_string()
        } else {
            let off = if *on { "" } else { ", off by default" };
            format!("{name} ({known}{off})\n    {does}\n    without it: {without}")
        })?;
    }
    Ok(Exit::Done)
}

async fn serve(common: &Common, args: &Serve) -> Result<Exit, Failure> {
    let store = address::store_path(args.sandbox_store.as_deref())?;
    let server = listen(args, &store).await?;
    let any_token = args.access.token.is_empty() && !args.access.sign_in_required;
    if !args.bind.is_loopback() {
        let who = if any_token { "and any token is let in" } else { "where tokens can be read on the way" };
        print::note(common, &format!("{} can be reached from other machines, {who}", args.bind));
    }
    let control = match args.control_port {
        Some(port) => Some(control(server.sandbox().clone(), port).await?),
        None => None,
    };
    let mut signals = Signals::listen();
    let secure = certify(&server, &store)?;
    let secure = secure.as_ref().map(|(url, file)| (*url, file.as_path()));
    serving(common, server.url(), secure, control.as_ref().map(Control::url), (&store, any_token))?;
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

async fn listen(args: &Serve, store: &Path) -> Result<Server, Failure> {
    let sandbox = match local::open(store, settings::of(args)?).await? {
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
    let Some(port) = args.https_port else { return Ok(server) };
    server.secured(port, &args.allow_host).await.map_err(|error| {
        let what = format!("no TLS on port {port} of {}: {error}; choose another with --https-port", args.bind);
        Failure::new(Exit::Stopped, what)
    })
}

/// Writes the certificate beside the store; where it is trusted for, and its file.
fn certify<'a>(server: &'a Server, store: &Path) -> Result<Option<(&'a str, PathBuf)>, Failure> {
    let Some((url, certificate)) = server.secure() else { return Ok(None) };
    let mut file = store.as_os_str().to_owned();
    file.push(".pem");
    let file = PathBuf::from(file);
    let written = Output::create(&file).and_then(|mut output| {
        output.write_all(certificate.as_bytes())?;
        output.commit()
    });
    written.map_err(|error| Failure::new(Exit::Stopped, format!("{}: {error}", file.display())))?;
    Ok(Some((url, file)))
}

async fn control(sandbox: sandbox::Sandbox, port: u16) -> Result<Control, Failure> {
    Control::bind(sandbox, port).await.map_err(|error| {
        let what = format!("port {port} on 127.0.0.1 cannot be had: {error}; choose another with --control-port");
        Failure::new(Exit::Stopped, what)
    })
}

/// The URLs of a running server: they are what a script reads, so they go to standard output.
fn serving(
    common: &Common,
    url: &str,
    secure: Option<(&str, &Path)>,
    control: Option<&str>,
    (store, any_token): (&Path, bool),
) -> Result<(), Failure> {
    if common.json {
        let certificate = secure.map(|(_, file)| file.display().to_string());
        let told = json!({
            "graph": format!("{url}/v1.0"), "outlook": format!("{url}/api/v2.0"), "page": format!("{url}/"),
            "https": secure.map(|(url, _)| url), "certificate": certificate, "control": control,
            "store": store.display().to_string(),
        });
        return print::data(&told.to_string());
    }
    let secure = secure.map_or_else(String::new, |(url, certificate)| {
        let file = certificate.display();
        format!("\nThe same over TLS:    {url}\nIts certificate:      {file}")
    });
    let control = control.map_or_else(String::new, |url| format!("\nControl:              {url}"));
    print::data(&format!(
        "Microsoft Graph v1.0: {url}/v1.0\nOutlook REST v2.0:    {url}/api/v2.0\nIn the browser:       {url}/{secure}{control}"
    ))?;
    if !common.quiet {
        let store = store.display();
        let tokens = if any_token {
            "any bearer token that is not empty is"
        } else {
            "named tokens and those of its sign-in are"
        };
        print::line(&format!("{tokens} taken; store: {store}; stop with Ctrl-C"));
    }
    Ok(())
}
