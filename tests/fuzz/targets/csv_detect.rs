//! Deciding what a table is: whoever looks over it first reads the same as who does not.
#![no_main]
#![allow(dead_code, unreachable_pub, reason = "each target uses some of the laws")]

#[path = "../../csv_laws.rs"]
mod csv_laws;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(why) = csv_laws::a_survey_changes_nothing(bytes) {
        panic!("{why}");
    }
});
