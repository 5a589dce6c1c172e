//! Reading the rows of a table, by itself and among others: `cargo +nightly fuzz run --fuzz-dir tests/fuzz csv_read
//! FOLDER_OF_TABLES`.
#![no_main]

use cardferry_fuzz::csv_laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // Bytes without a header are soon refused; the other target has those.
    let table = [csv_laws::HEADER.as_bytes(), bytes].concat();
    let laws = csv_laws::every_row_is_accounted_for(&table).and_then(|()| csv_laws::neighbours_survive(bytes));
    if let Err(why) = laws {
        panic!("{why}");
    }
});
