//! Bytes to contacts and back: pure and streaming, no files, no sockets, no async. Imports `model` alone.
