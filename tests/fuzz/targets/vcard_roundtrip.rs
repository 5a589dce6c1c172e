//! Writing what was read, in each version, and reading and writing it again.
#![no_main]

use cardferry_fuzz::laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(why) = laws::round_trips_settle(bytes) {
        panic!("{why}");
    }
});
