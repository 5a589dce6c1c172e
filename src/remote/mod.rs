//! One mailbox over HTTP. Imports `model` and `formats`.
