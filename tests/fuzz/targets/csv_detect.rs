//! Deciding what a table is: whoever looks over it first reads the same as who does not.
#![no_main]

use cardferry_fuzz::csv_laws;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(why) = csv_laws::a_survey_changes_nothing(bytes) {
        panic!("{why}");
    }
});
