//! The embedded sandbox as a transport: in this process, or through the server that holds its store.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};

use crate::cli::exit::{Exit, Failure};
use crate::disk;
use crate::remote::clock::System;
use crate::remote::http::Http;
use crate::remote::{Clock, Sent, Transport, TransportError};
use crate::sandbox::{self, Broken, Sandbox, Settings};

/// How long to wait for another short job that has the store, and how often to look.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The way to a mailbox.
#[derive(Clone)]
pub(super) enum Door {
    /// Over the network.
    Http(Http),
    /// To the sandbox in this process.
    Local(Sandbox),
}

impl Transport for Door {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        match self {
            Door::Http(http) => http.send(request).await,
            Door::Local(sandbox) => sandbox.carry(request).await.map_err(|broken| broke(&broken)),
        }
    }

    fn reconnect(&self) {
        if let Door::Http(http) = self {
            http.reconnect();
        }
    }
}

/// What breaks in the sandbox on purpose is to its client what breaks on a line: nobody knows whether it was done.
fn broke(broken: &Broken) -> TransportError {
    TransportError { sent: Sent::Maybe, what: broken.to_string() }
}

/// Where the sandbox's store is open.
pub(super) enum Opened {
    /// In this process.
    Here(Sandbox),
    /// In a server at this URL.
    At(String),
}

/// Opens the sandbox's store with these settings, making it and its directory if need be. A store that a server holds is
/// reached through that server; one that another job holds is waited for.
pub(super) async fn open(store: &Path, settings: Settings) -> Result<Opened, Failure> {
    if let Some(directory) = store.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        let made = disk::make_directory(directory);
        made.map_err(|error| {
            let directory = directory.display();
            let what =
                format!("{directory}: the sandbox's directory cannot be made: {error}; --sandbox-store names another");
            Failure::new(Exit::Stopped, what)
        })?;
    }
    let clock = System::start();
    loop {
        let opened = Sandbox::open(store, settings.clone());
        match opened.map_err(|error| Failure::new(Exit::Stopped, error))? {
            sandbox::Opened::Here(sandbox) => return Ok(Opened::Here(sandbox)),
            sandbox::Opened::Elsewhere { url: Some(url) } => return Ok(Opened::At(url)),
            sandbox::Opened::Elsewhere { url: None } if clock.now() < PATIENCE => clock.sleep(LOOK_EVERY).await,
            sandbox::Opened::Elsewhere { url: None } => {
                let store = store.display();
                let what = format!("{store}: another job has this sandbox store; run it again when that one is done");
                return Err(Failure::new(Exit::Unavailable, what));
            }
        }
    }
}
