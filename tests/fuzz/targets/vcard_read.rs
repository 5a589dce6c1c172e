//! Reading any bytes: `cargo +nightly fuzz run --fuzz-dir tests/fuzz vcard_read FOLDER_OF_CARDS`.
#![no_main]

use cardferry_fuzz::laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(why) = laws::reading_does_no_harm(bytes) {
        panic!("{why}");
    }
});
