//! From files to a file, on several threads: each takes the next batch of records, understands and encodes them, and
//! hands them in; what is handed in goes out in the order in which it was taken.

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::formats::{Batch, Encoder, Outcome, Position, Record, Reject, Remark};
use crate::model::{Contact, Loss};
use crate::pipeline::groups::{Groups, Held, NOT_HELD};
use crate::pipeline::pictures::{Ahead, Followed};
use crate::pipeline::records::{Next, Told};
use crate::pipeline::{Encoded, Ending, PhotoDirectory, Pictures, RecordReport, Records, Sink, Totals, Watcher};

/// Reads every record and writes every contact, on so many threads. What one source or record cannot give, the others
/// still do; the bytes are the same however many threads there are. With `pictures`, photos that are links become
/// pictures.
///
/// # Errors
/// Only when the output cannot be written, or when `interrupted` becomes true ([`io::ErrorKind::Interrupted`]).
pub fn convert(
    records: &mut Records<'_>,
    encoder: &mut dyn Encoder,
    sink: &mut dyn Sink,
    threads: usize,
    pictures: Option<&dyn Pictures>,
    interrupted: &AtomicBool,
    watcher: &mut (dyn Watcher + Send),
) -> io::Result<Totals> {
    let mut opening = Encoded::default();
    encoder.opening(&mut opening.bytes);
    sink.put(&opening)?;
    let named = sink.wants_contacts();
    let encoders: Vec<_> = (0..threads.max(1)).map(|_| encoder.another()).collect();
    let photos = records.photos();
    let source = Mutex::new(Input { records, taken: 0 });
    let mut totals = Totals::default();
    totals.photo_links.wanted = pictures.is_some();
    let (told, held, waiting) = (Told::default(), Vec::new(), BTreeMap::new());
    let out = Mutex::new(Out { sink, watcher, totals, told, held, next: 0, waiting, spare: Vec::new() });
    let (moved, ended) = (Condvar::new(), AtomicBool::new(false));
    let job = Job { source, out, moved, ended, pictures, photos: photos.clone(), interrupted };
    let done = std::thread::scope(|scope| {
        let job = &job;
        let workers: Vec<_> =
            encoders.into_iter().map(|encoder| scope.spawn(move || job.work(encoder, named))).collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, io::Result<()>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        // All of them are joined, whatever the first one says.
        workers.into_iter().map(join).fold(Ok(()), io::Result::and)
    });
    done?;
    let Out { mut totals, watcher, held, .. } = job.out.into_inner().unwrap_or_else(PoisonError::into_inner);
    let Input { records, .. } = job.source.into_inner().unwrap_or_else(PoisonError::into_inner);
    records.end_groups(held, &mut totals, watcher);
    photos.iter().for_each(|photos| photos.count(&mut totals.photo_files));
    Ok(totals)
}

/// What the threads share.
struct Job<'j, 'r> {
    source: Mutex<Input<'j, 'r>>,
    out: Mutex<Out<'j>>,
    /// Told whenever something went out.
    moved: Condvar,
    /// A thread has stopped before the end.
    ended: AtomicBool,
    pictures: Option<&'j dyn Pictures>,
    photos: Option<Arc<PhotoDirectory>>,
    interrupted: &'j AtomicBool,
}

struct Input<'j, 'r> {
    records: &'j mut Records<'r>,
    /// How often something was taken.
    taken: u64,
}

/// The way out, and what waits for its turn.
struct Out<'j> {
    sink: &'j mut dyn Sink,
    watcher: &'j mut (dyn Watcher + Send),
    totals: Totals,
    told: Told,
    /// Groups that wait for their members.
    held: Vec<Held>,
    next: u64,
    waiting: BTreeMap<u64, Done>,
    /// Buffers to use again: the system would have to clear the pages of a new one for each batch.
    spare: Vec<Vec<u8>>,
}

/// What became of what was taken.
enum Done {
    Batch(Part),
    Failed(String),
}

/// What became of a batch, or of a part of it.
struct Part {
    source: Arc<str>,
    /// The groups of all inputs.
    groups: Arc<Groups>,
    remarks: Vec<Remark>,
    encoded: Encoded,
    records: Vec<Ended>,
    held: Vec<Held>,
}

/// What became of a record.
struct Ended {
    position: Position,
    ending: Ending,
    name: String,
    losses: Vec<Loss>,
    /// Why it was left out.
    why: Option<&'static str>,
    rejected: Option<(Bytes, Reject)>,
    link: Option<Followed>,
}

/// More than this many batches never wait for an earlier one.
const WAITING: usize = 2;
/// Bytes with pictures in them that a thread holds: links and names are short, so that a batch of them may be pictures without end.
const HELD: usize = 2 * 1024 * 1024;

/// A larger buffer is not kept.
const SPARE: usize = 1024 * 1024;

impl Job<'_, '_> {
    /// What one thread does.
    fn work(&self, mut encoder: Box<dyn Encoder>, named: bool) -> io::Result<()> {
        let mut stop = Stop { job: self, whole: false };
        while let Some((number, next, groups)) = self.take() {
            let done = match next {
                Next::Failed(why) => Done::Failed(why),
                Next::End(source, remarks) => Done::Batch(Part::new(source, groups, remarks)),
                Next::Batch(source, remarks, batch) => {
                    let mut part = Part::new(source, groups, remarks);
                    part.encoded.bytes = lock(&self.out).spare.pop().unwrap_or_default();
                    Done::Batch(self.understand(number, part, batch, (&mut *encoder, named))?)
                }
            };
            self.hand_in(number, done)?;
            if self.interrupted.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
        }
        stop.whole = true;
        Ok(())
    }

    /// The next batch, with its number and the groups; none at the end, or when another thread has stopped.
    fn take(&self) -> Option<(u64, Next, Arc<Groups>)> {
        let mut source = lock(&self.source);
        if self.ended.load(Ordering::Relaxed) {
            return None;
        }
        let next = source.records.batch()?;
        source.taken += 1;
        Some((source.taken - 1, next, source.records.groups()))
    }

    /// Makes contacts of records and bytes of contacts. What is more than a thread may hold goes out at once.
    fn understand(
        &self,
        number: u64,
        mut part: Part,
        batch: Box<dyn Batch>,
        (encoder, named): (&mut dyn Encoder, bool),
    ) -> io::Result<Part> {
        let (mut ahead, mut goes_on) = (Ahead::new(self.pictures), Ok(true));
        let mut step = |record: Option<Record>| {
            let mut spent = None;
            if !matches!(goes_on, Ok(true)) {
                return spent;
            }
            let end = record.is_none();
            if let Some(mut record) = record {
                self.photos.iter().for_each(|photos| photos.attach(&mut record));
                ahead.push(record);
            }
            while matches!(goes_on, Ok(true))
                && let Some((record, link)) = ahead.next(end)
            {
                spent = part.add(record, link, (&mut *encoder, named));
                if (self.pictures.is_some() || self.photos.is_some()) && part.encoded.bytes.len() >= HELD {
                    goes_on = self.pass(number, part.take());
                }
            }
            spent
        };
        let noticed = batch.read(&mut |record| step(Some(record)));
        step(None);
        goes_on?;
        part.remarks.extend(noticed);
        Ok(part)
    }

    /// Lets a part of a batch go out when it is the batch's turn; false when there is no point in going on.
    fn pass(&self, number: u64, part: Part) -> io::Result<bool> {
        let mut out = lock(&self.out);
        while number > out.next {
            if self.ended.load(Ordering::Relaxed) {
                return Ok(false);
            }
            out = self.moved.wait(out).unwrap_or_else(PoisonError::into_inner);
        }
        out.part(part)?;
        Ok(!self.interrupted.load(Ordering::Relaxed))
    }

    /// Lets go out what is next; what is not next waits, its thread too when too much is waiting.
    fn hand_in(&self, number: u64, done: Done) -> io::Result<()> {
        let mut out = lock(&self.out);
        while number > out.next && out.waiting.len() >= WAITING {
            if self.ended.load(Ordering::Relaxed) {
                return Ok(());
            }
            out = self.moved.wait(out).unwrap_or_else(PoisonError::into_inner);
        }
        out.waiting.insert(number, done);
        let out = &mut *out;
        while let Some(done) = out.waiting.remove(&out.next) {
            out.next += 1;
            out.put(done)?;
        }
        self.moved.notify_all();
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Stops the other threads when one ends before the end, be it by a panic: they must not wait for it.
struct Stop<'s, 'j, 'r> {
    job: &'s Job<'j, 'r>,
    whole: bool,
}

impl Drop for Stop<'_, '_, '_> {
    fn drop(&mut self) {
        if !self.whole {
            // Under the lock, so that nobody goes to wait in between.
            let _out = lock(&self.job.out);
            self.job.ended.store(true, Ordering::Relaxed);
            self.job.moved.notify_all();
        }
    }
}

impl Part {
    fn new(source: Arc<str>, groups: Arc<Groups>, remarks: Vec<Remark>) -> Self {
        Self { source, groups, remarks, encoded: Encoded::default(), records: Vec::new(), held: Vec::new() }
    }

    /// Adds a record, and gives its contact back.
    fn add(
        &mut self,
        record: Record,
        mut link: Option<Followed>,
        (encoder, named): (&mut dyn Encoder, bool),
    ) -> Option<Box<Contact>> {
        let Record { position, raw, outcome, mut losses } = record;
        let mut spent = None;
        let (ending, why, rejected, name) = match outcome {
            Outcome::Reject(reject) => (Ending::Rejected, None, Some((raw, reject)), String::new()),
            Outcome::Group(group) => match Held::of(&self.groups, &group, &position, &mut losses) {
                Some(held) => {
                    self.held.push(held);
                    return None;
                }
                None => (Ending::Skipped, Some(NOT_HELD), None, group.name),
            },
            Outcome::Contact(contact) => {
                let lost = self.encoded.add(encoder, &contact, named);
                link.iter_mut().for_each(|link| link.told(&lost));
                losses.extend(lost);
                // A name is made only where somebody will see it.
                let silent = losses.is_empty() && link.is_none();
                let name = if silent { String::new() } else { contact.display_name() };
                spent = Some(contact);
                (Ending::Created, None, None, name)
            }
        };
        self.records.push(Ended { position, ending, name, losses, why, rejected, link });
        spent
    }

    /// All of it, and an empty part in its place.
    fn take(&mut self) -> Self {
        std::mem::replace(self, Self::new(Arc::clone(&self.source), Arc::clone(&self.groups), Vec::new()))
    }
}

impl Out<'_> {
    fn put(&mut self, done: Done) -> io::Result<()> {
        match done {
            Done::Failed(why) => {
                self.totals.fail(&why, self.watcher);
                Ok(())
            }
            Done::Batch(part) => self.part(part),
        }
    }

    fn part(&mut self, part: Part) -> io::Result<()> {
        let Part { source, remarks, mut encoded, records, held, .. } = part;
        self.held.extend(held);
        self.told.tell(&source, remarks, self.watcher);
        self.sink.put(&encoded)?;
        if encoded.bytes.capacity() <= SPARE && self.spare.len() <= WAITING {
            encoded.bytes.clear();
            self.spare.push(encoded.bytes);
        }
        for Ended { position, ending, name, losses, why, rejected, link } in &records {
            let rejected = rejected.as_ref().map(|(raw, reject)| (&**raw, reject));
            let (position, why) = (Some(position), rejected.map(|(_, reject)| reject.why.as_str()).or(*why));
            let no_photo = link.as_ref().and_then(|link| link.no_photo.as_ref());
            let photo_link = link.as_ref().and_then(Followed::end);
            let report = RecordReport::of(*ending);
            let report = RecordReport { position, name, why, losses, no_photo, photo_link, rejected, ..report };
            self.totals.count(&report, self.watcher);
        }
        Ok(())
    }
}
