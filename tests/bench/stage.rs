//! A mailbox that grows, and what a request of each kind costs in it.

use std::time::Instant;

use bytes::Bytes;
use cardferry::remote::Mailbox;
use cardferry::remote::api::{Place, Query};
use cardferry::remote::clock::System;
use cardferry::remote::http::Http;
use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::served::{Served, person};
use crate::usage::usage;

/// What one request cost, in microseconds.
pub struct Cost {
    /// Of all processors, client and server.
    pub cpu: f64,
    /// Of the clock.
    pub wall: f64,
}

/// A server, and our own clients.
pub struct Stage {
    runtime: Runtime,
    clients: Vec<Mailbox<Http, System>>,
    /// The ids of all contacts, in the order of their numbers.
    ids: Vec<String>,
    store: TempDir,
}

/// One request of a kind, or two: which client sends it, and the how manieth contact it is about. It answers the id of
/// what it made.
pub type Job = fn(&Stage, usize, usize) -> Work<'_>;

type Work<'a> = std::pin::Pin<Box<dyn Future<Output = Option<String>> + 'a>>;

/// The size of a page.
const PAGE: u32 = 100;

impl Stage {
    /// A mailbox without contacts, and clients that keep their connections alive.
    pub fn new(clients: usize) -> Self {
        let store = tempfile::tempdir().unwrap();
        let served = Served::new(store.path());
        let clients = (0..clients).map(|_| served.client()).collect();
        Self { runtime: served.runtime, clients, ids: Vec::new(), store }
    }

    /// Creates contacts until there are so many.
    pub fn fill(&mut self, size: usize) {
        self.run(size.saturating_sub(self.ids.len()), Stage::create);
    }

    /// So many requests of a kind, and what one of them costs.
    pub fn measure(&mut self, count: usize, job: Job) -> Cost {
        // One before, so that what happens once is none of it.
        self.run(1, job);
        let (before, start) = (cpu(), Instant::now());
        self.run(count, job);
        let each = 1e6 / count as f64;
        Cost { wall: start.elapsed().as_secs_f64() * each, cpu: (cpu() - before) * each }
    }

    /// Each client sends its share, four at a time.
    fn run(&mut self, count: usize, job: Job) {
        let stage = &*self;
        let (clients, start) = (self.clients.len(), self.ids.len());
        let worker = async |worker: usize| {
            let mut made = Vec::new();
            // A client lets four requests pass at a time; so many workers are never idle, and never wait for it.
            for at in (worker..count).step_by(clients * 4) {
                made.extend(job(stage, worker % clients, start + at).await);
            }
            made
        };
        let made = self.runtime.block_on(join_all((0..clients * 4).map(worker)));
        self.ids.extend(made.into_iter().flatten());
    }

    /// Some contact, another one each time, anywhere in the mailbox.
    fn some(&self, at: usize) -> &str {
        &self.ids[at.wrapping_mul(7919) % self.ids.len()]
    }

    /// POST of a contact with a key.
    pub fn create(&self, client: usize, at: usize) -> Work<'_> {
        Box::pin(async move {
            let (body, key) = person(at);
            Some(self.clients[client].create(&Place::default(), &body, key).await.unwrap().id)
        })
    }

    /// GET of a contact by its id.
    pub fn get(&self, client: usize, at: usize) -> Work<'_> {
        Box::pin(async move {
            let id = self.some(at);
            let contact = self.clients[client].contact(&Place::default(), id, &Query::default()).await.unwrap();
            assert_eq!(contact["id"], *id);
            None
        })
    }

    /// The first page.
    pub fn first_page(&self, client: usize, _: usize) -> Work<'_> {
        Box::pin(self.page(client, None))
    }

    /// A page behind nine tenths of the mailbox, and the one after it by its link.
    pub fn deep_pages(&self, client: usize, _: usize) -> Work<'_> {
        Box::pin(self.page(client, Some((self.ids.len() as u64 * 9 / 10) as u32)))
    }

    async fn page(&self, client: usize, skip: Option<u32>) -> Option<String> {
        let query = Query { top: Some(PAGE), skip, ..Query::default() };
        let (mailbox, place) = (&self.clients[client], Place::default());
        let mut pages = mailbox.contacts(&place, &query);
        pages.next().await.unwrap().unwrap();
        if skip.is_some() {
            pages.next().await.unwrap();
        }
        None
    }

    /// The contact that has a key.
    pub fn by_key(&self, client: usize, at: usize) -> Work<'_> {
        Box::pin(async move {
            let (_, key) = person(at.wrapping_mul(7919) % self.ids.len());
            let found = self.clients[client].find(&Place::default(), key).await.unwrap();
            assert_eq!(found.len(), 1);
            None
        })
    }

    /// PUT of a photo of 16 KiB.
    pub fn photo(&self, client: usize, at: usize) -> Work<'_> {
        Box::pin(async move {
            let mut picture = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01".to_vec();
            picture.resize_with(16 * 1024, || at as u8);
            let (id, picture) = (self.some(at), Bytes::from(picture));
            self.clients[client].set_photo(&Place::default(), id, "image/jpeg", picture).await.unwrap();
            None
        })
    }

    /// How large the store is.
    pub fn megabytes(&self) -> f64 {
        std::fs::metadata(self.store.path().join("sandbox.db")).unwrap().len() as f64 / 1e6
    }
}

/// CPU seconds of this process; 0 where the system does not tell.
fn cpu() -> f64 {
    usage(false).cpu.unwrap_or_default()
}
