//! Whole jobs over many contacts. Imports `model`, `formats`, `remote` and `disk`.
