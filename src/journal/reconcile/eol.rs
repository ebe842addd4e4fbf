//! Line ends: a side that rewrote them did not thereby change every line.

use std::borrow::Cow;

use crate::journal::document::Document;
use crate::journal::line_ends::without_cr;
use crate::merge::ThreeWay;

/// The line ends of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Eol {
    Lf,
    Crlf,
}

impl Eol {
    /// Gives a text with LF these line ends: what [`without_cr`] took away.
    pub fn write(self, bytes: Vec<u8>) -> Vec<u8> {
        if self == Self::Lf {
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

/// Three texts to merge, and the line ends to write the result with: of the frontmatter and
/// of the body, or one for both.
type Unified<'t, E> = (ThreeWay<Cow<'t, [u8]>>, E);

/// Brings three files to LF where each of them is all LF or all CRLF; a file that mixes
/// both leaves all three as they are.
pub fn unify_whole(sides: ThreeWay<&[u8]>) -> Unified<'_, [Eol; 2]> {
    let (texts, eol) = in_lf(sides);
    (texts, [eol, eol])
}

/// The same for files with a frontmatter; in one that mixes both, the frontmatter and the
/// body may each have one kind.
pub fn unify_parts(sides: ThreeWay<&[u8]>) -> Unified<'_, [Eol; 2]> {
    if let Some((texts, eol)) = unify(sides) {
        return (texts, [eol, eol]);
    }
    let cut = sides.map(|s| s.split_at(s.len() - Document::split(s).body.len()));
    let (fronts, front) = in_lf(cut.map(|c| c.0));
    let (bodies, body) = in_lf(cut.map(|c| c.1));
    let whole = |(front, body): (Cow<[u8]>, Cow<[u8]>)| Cow::Owned([front, body].concat());
    (fronts.zip(bodies).map(whole), [front, body])
}

/// The same for one text of each side.
fn in_lf(texts: ThreeWay<&[u8]>) -> Unified<'_, Eol> {
    unify(texts).unwrap_or_else(|| (texts.map(Cow::Borrowed), Eol::Lf))
}

/// Brings three texts to LF where each of them is all LF or all CRLF; `None` where a
/// text mixes both.
fn unify(sides: ThreeWay<&[u8]>) -> Option<Unified<'_, Eol>> {
    let found = sides.try_map(eol).ok()?;
    // A text without a line end says nothing about them.
    let target = match (found.ours, found.theirs) {
        (Some(ours), Some(theirs)) => match found.base {
            Some(base) => ThreeWay::new(base, ours, theirs).trivial(),
            None => Some(ours.min(theirs)),
        },
        (one, other) => one.or(other).or(found.base),
    };
    let texts = sides.map(|text| without_cr(text).map_or(Cow::Borrowed(text), Cow::Owned));
    Some((texts, target.unwrap_or(Eol::Lf)))
}

/// Whether some of the unified texts had CRLF, and others LF.
pub fn differ(unified: &ThreeWay<Cow<[u8]>>) -> bool {
    let texts = || unified.as_ref().into_array().into_iter();
    let has_lf = |text: &Cow<[u8]>| matches!(text, Cow::Borrowed(bytes) if bytes.contains(&b'\n'));
    texts().any(|text| matches!(text, Cow::Owned(_))) && texts().any(has_lf)
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
