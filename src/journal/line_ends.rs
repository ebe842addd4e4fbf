//! Line ends: LF, as git stores them, and CRLF, as some programs write them.

/// The bytes with LF in place of each CRLF; a CR anywhere else stays. `None` if there is no
/// CRLF.
#[must_use]
pub fn without_cr(bytes: &[u8]) -> Option<Vec<u8>> {
    // Most texts have none, which is quickly seen.
    if !bytes.contains(&b'\r') {
        return None;
    }
    let goes = |at: usize| bytes[at..].starts_with(b"\r\n");
    if !(0..bytes.len()).any(goes) {
        return None;
    }
    let stays = bytes.iter().enumerate().filter(|(at, _)| !goes(*at));
    Some(stays.map(|(_, byte)| *byte).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carriage_returns_go_before_line_feeds_alone() {
        assert_eq!(without_cr(b"a\nb"), None);
        assert_eq!(without_cr(b"a\nb\r"), None);
        let text = b"\r\na\r\r\nb\rc\n\r\n";
        assert_eq!(without_cr(text).as_deref(), Some(&b"\na\r\nb\rc\n\n"[..]));
    }
}
