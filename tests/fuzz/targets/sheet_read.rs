//! Reading any bytes as a workbook, the first of which says as which: `cargo +nightly fuzz run --fuzz-dir tests/fuzz
//! sheet_read`.
#![no_main]

use cardferry_fuzz::sheet_laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(why) = sheet_laws::reading_ends(bytes) {
        panic!("{why}");
    }
});
