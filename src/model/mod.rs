//! What a contact is, and when two are the same. No bytes, no JSON, no network; imports nothing.
