//! Traps of the real world, one row each: what stands in a card, and what is read.
