//! Any path and query that the sandbox is asked for.
#![no_main]
#![allow(dead_code, unreachable_pub, reason = "each target uses some of the laws")]

#[path = "../../odata_laws.rs"]
mod odata_laws;

use libfuzzer_sys::fuzz_target;

thread_local! {
    static STAGE: odata_laws::Stage = odata_laws::Stage::new();
}

fuzz_target!(|text: &str| {
    if let Err(why) = STAGE.with(|stage| stage.is_answered(text)) {
        panic!("{why}");
    }
});
