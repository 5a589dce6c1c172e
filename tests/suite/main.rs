//! The test suite: one binary, one module for each thing that is tested.

mod rooms;
