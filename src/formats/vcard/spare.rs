//! Buffers of batches that are used again.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// A larger buffer, which one unusually large card needed, is not kept.
const LARGEST: usize = 256 * 1024;

/// Buffers to use again: the system would have to clear the pages of a new one for each batch.
#[derive(Clone, Default)]
pub(super) struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    /// More are not kept: one for each thread.
    const MOST: usize = 8;

    /// A buffer of this size; what is in it means nothing.
    pub(super) fn take(&self, size: usize) -> Vec<u8> {
        let mut buffer = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        buffer.resize(size, 0);
        buffer
    }

    /// Takes back a buffer, unless somebody else still holds a part of it.
    pub(super) fn give(&self, bytes: Bytes) {
        if bytes.is_unique() {
            let buffer = Vec::from(bytes);
            let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if buffer.capacity() <= LARGEST && spare.len() < Self::MOST {
                spare.push(buffer);
            }
        }
    }
}
