//! Any path and query that the sandbox is asked for.
#![no_main]

use cardferry_fuzz::odata_laws::Stage;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static STAGE: Stage = Stage::new();
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(why) = STAGE.with(|stage| stage.is_answered(text)) {
        panic!("{why}");
    }
});
