//! A local server that behaves like the contacts part of Exchange, in both APIs. Imports `disk` alone.
