//! Writing what was read, in each version, and reading and writing it again.
#![no_main]
#![allow(dead_code, unreachable_pub, reason = "each target uses some of the laws")]

#[path = "../../laws.rs"]
mod laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(why) = laws::round_trips_settle(bytes) {
        panic!("{why}");
    }
});
