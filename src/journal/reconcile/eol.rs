//! Line ends: a side that rewrote them has not thereby changed every line.

use std::borrow::Cow;

use crate::merge::ThreeWay;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Eol {
    Lf,
    Crlf,
}

/// How to write the result's line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writer {
    crlf: bool,
}

impl Writer {
    /// Gives a merged text its line ends.
    pub fn write(self, bytes: Vec<u8>) -> Vec<u8> {
        if !self.crlf {
            return bytes;
        }
        let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 32);
        for b in bytes {
            if b == b'\n' {
                out.push(b'\r');
            }
            out.push(b);
        }
        out
    }
}

/// Brings three texts to LF where each of them is all LF or all CRLF; a text
/// that mixes both leaves all three as they are.
pub fn unify(sides: ThreeWay<&[u8]>) -> (ThreeWay<Cow<'_, [u8]>>, Writer) {
    let as_is = || (sides.map(Cow::Borrowed), Writer { crlf: false });
    let Ok(found) = sides.try_map(eol) else {
        return as_is();
    };
    let any = found
        .ours
        .or(found.theirs)
        .or(found.base)
        .unwrap_or(Eol::Lf);
    let filled = found.map(|e| e.unwrap_or(any));
    let target = filled.trivial().unwrap_or(Eol::Lf);
    if filled == ThreeWay::new(Eol::Lf, Eol::Lf, Eol::Lf) {
        return as_is();
    }
    let texts = sides.map(|text| match eol(text) {
        Ok(Some(Eol::Crlf)) => {
            let mut out = Vec::with_capacity(text.len());
            let mut rest = text.iter().copied().peekable();
            while let Some(b) = rest.next() {
                if !(b == b'\r' && rest.peek() == Some(&b'\n')) {
                    out.push(b);
                }
            }
            Cow::Owned(out)
        }
        _ => Cow::Borrowed(text),
    });
    let writer = Writer {
        crlf: target == Eol::Crlf,
    };
    (texts, writer)
}

/// The line ends of a text; `None` where it has no line end, an error where it
/// mixes them.
fn eol(text: &[u8]) -> Result<Option<Eol>, ()> {
    let mut found = None;
    let mut before = 0;
    for &b in text {
        if b == b'\n' {
            let this = if before == b'\r' { Eol::Crlf } else { Eol::Lf };
            match found {
                None => found = Some(this),
                Some(other) if other != this => return Err(()),
                Some(_) => {}
            }
        }
        before = b;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_changed_all_line_ends_is_followed() {
        let (texts, writer) = unify(ThreeWay::new(b"a\nb\n" as &[u8], b"a\r\nb\r\n", b"a\nc\n"));
        assert_eq!(texts.ours.as_ref(), b"a\nb\n");
        assert_eq!(writer.write(b"x\n".to_vec()), b"x\r\n");
    }

    #[test]
    fn mixed_line_ends_stay() {
        let (texts, writer) = unify(ThreeWay::new(b"a\r\nb\n" as &[u8], b"a\r\n", b"a\n"));
        assert_eq!(texts.ours.as_ref(), b"a\r\n");
        assert_eq!(writer.write(b"x\n".to_vec()), b"x\n");
    }
}
