//! Arguments, terminal, exit codes: the room that wires the others together.
