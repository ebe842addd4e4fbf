//! Line ends: a side that rewrote them did not thereby change every line.

use std::borrow::Cow;

use crate::journal::document::Document;
use crate::merge::ThreeWay;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Eol {
    Lf,
    Crlf,
}

/// The line ends that the result is written with.
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

/// Three texts to merge, and the line ends to write the frontmatter and the body with.
type Unified<'t> = (ThreeWay<Cow<'t, [u8]>>, [Writer; 2]);

/// Brings three files to LF where each of them is all LF or all CRLF; a file that mixes
/// both leaves all three as they are.
pub fn unify_whole(sides: ThreeWay<&[u8]>) -> Unified<'_> {
    let (texts, writer) = unify(sides).unwrap_or_else(|| as_they_are(sides));
    (texts, [writer, writer])
}

/// The same for files with a frontmatter; in one that mixes both, the frontmatter and the
/// body may each have one kind.
pub fn unify_parts(sides: ThreeWay<&[u8]>) -> Unified<'_> {
    if let Some((texts, writer)) = unify(sides) {
        return (texts, [writer, writer]);
    }
    let cut = sides.map(|s| s.split_at(s.len() - Document::split(s).body.len()));
    let part = |texts| unify(texts).unwrap_or_else(|| as_they_are(texts));
    let (fronts, front) = part(cut.map(|c| c.0));
    let (bodies, body) = part(cut.map(|c| c.1));
    let whole = |front: &[u8], body: &[u8]| Cow::Owned([front, body].concat());
    let texts = ThreeWay::new(
        whole(&fronts.base, &bodies.base),
        whole(&fronts.ours, &bodies.ours),
        whole(&fronts.theirs, &bodies.theirs),
    );
    (texts, [front, body])
}

fn as_they_are(texts: ThreeWay<&[u8]>) -> (ThreeWay<Cow<'_, [u8]>>, Writer) {
    (texts.map(Cow::Borrowed), Writer { crlf: false })
}

/// Brings three texts to LF where each of them is all LF or all CRLF; `None` where a
/// text mixes both.
fn unify(sides: ThreeWay<&[u8]>) -> Option<(ThreeWay<Cow<'_, [u8]>>, Writer)> {
    let found = sides.try_map(eol).ok()?;
    // A text without a line end says nothing about them.
    let target = match (found.ours, found.theirs) {
        (Some(ours), Some(theirs)) => match found.base {
            Some(base) => ThreeWay::new(base, ours, theirs).trivial(),
            None => Some(ours.min(theirs)),
        },
        (one, other) => one.or(other).or(found.base),
    };
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
        crlf: target == Some(Eol::Crlf),
    };
    Some((texts, writer))
}

/// The line ends of a text; `None` if it has none, an error if it mixes them.
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
        let (texts, writer) =
            unify(ThreeWay::new(b"a\nb\n" as &[u8], b"a\r\nb\r\n", b"a\nc\n")).unwrap();
        assert_eq!(texts.ours.as_ref(), b"a\nb\n");
        assert_eq!(writer.write(b"x\n".to_vec()), b"x\r\n");
    }

    #[test]
    fn whose_line_ends_count_does_not_depend_on_the_side() {
        let crlf = |base: &[u8], ours: &[u8], theirs: &[u8]| {
            let written = |sides| unify(sides).unwrap().1.write(b"x\n".to_vec()) == b"x\r\n";
            let sides = ThreeWay::new(base, ours, theirs);
            assert_eq!(written(sides), written(sides.swapped()), "{sides:?}");
            written(sides)
        };
        // Both made the file, one of them on a system that writes CRLF.
        assert!(!crlf(b"", b"a\n", b"a\r\n"));
        assert!(crlf(b"", b"a\r\n", b"b\r\n"));
        assert!(crlf(b"a\n", b"b", b"a\r\n"));
        assert!(crlf(b"a\r\n", b"b", b"c"));
        assert!(!crlf(b"a\r\n", b"a\n", b"a\r\nb\r\n"));
    }

    #[test]
    fn a_carriage_return_within_a_line_stays() {
        let text = b"a: \"b\rc\"\r\n" as &[u8];
        let (texts, writer) = unify(ThreeWay::new(text, text, text)).unwrap();
        assert_eq!(texts.ours.as_ref(), b"a: \"b\rc\"\n");
        assert_eq!(writer.write(texts.ours.to_vec()), text);
    }

    #[test]
    fn mixed_line_ends_are_not_unified() {
        assert!(unify(ThreeWay::new(b"a\r\nb\n" as &[u8], b"a\r\n", b"a\n")).is_none());
    }
}
