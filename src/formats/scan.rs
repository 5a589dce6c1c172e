//! Quick looks at bytes, a block of them at a time: processors compare all bytes of a block at once, as long as each
//! comparison goes over the whole block by itself.

/// Whether any of these bytes is there.
pub(crate) fn any_of<const M: usize>(bytes: &[u8], wanted: [u8; M]) -> bool {
    let is_wanted = |byte: &u8| wanted.iter().any(|wanted| byte == wanted);
    let found = in_blocks::<16, M>(bytes, wanted).or_else(|| in_blocks::<8, M>(bytes, wanted));
    found.unwrap_or_else(|| bytes.iter().any(is_wanted))
}

/// The same for bytes that are a block at least. The last block may overlap the one before it.
fn in_blocks<const N: usize, const M: usize>(bytes: &[u8], wanted: [u8; M]) -> Option<bool> {
    let has = |block: &[u8; N]| {
        wanted
            .iter()
            .fold(false, |found, wanted| found | block.iter().fold(false, |found, byte| found | (byte == wanted)))
    };
    let last = bytes.last_chunk()?;
    Some(bytes.as_chunks().0.iter().any(has) || has(last))
}

/// Whether any control character of ASCII is there, tabs and line ends among them.
pub(crate) fn any_control(bytes: &[u8]) -> bool {
    let has = |block: &[u8; 16]| {
        let low = block.iter().fold(false, |found, byte| found | (*byte < 0x20));
        low | block.iter().fold(false, |found, byte| found | (*byte == 0x7f))
    };
    match bytes.last_chunk() {
        Some(last) => bytes.as_chunks().0.iter().any(has) || has(last),
        None => bytes.iter().any(u8::is_ascii_control),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_found_wherever_it_stands() {
        for length in 0..50 {
            let mut bytes = vec![b'a'; length];
            assert!(!any_of(&bytes, [b'b', b'c']) && !any_control(&bytes), "{length}");
            for (at, byte) in (0..length).flat_map(|at| [b'b', b'c', 0, 0x1f, 0x7f].map(|byte| (at, byte))) {
                bytes[at] = byte;
                assert_eq!(any_of(&bytes, [b'b', b'c']), byte.is_ascii_alphabetic(), "{at} of {length}");
                assert_eq!(any_control(&bytes), byte.is_ascii_control(), "{at} of {length}");
                bytes[at] = b'a';
            }
        }
    }
}
