//! git's own result, by line, where a document does not merge field by field.

use std::fmt;

use super::document::{FileKind, Merged, Merger, Outcome};
use super::report::Report;
use crate::journal::document::Document;
use crate::journal::yaml::Tree;
use crate::merge::{MergedLines, ThreeWay, is_binary};

/// Why a result is git's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Whoever called wanted it so, and knows why.
    Asked(&'static str),
    /// There is only a body to merge.
    NoFrontmatter,
    /// What the merge came upon in the three versions.
    Found(String),
}

impl Reason {
    /// Whether a person does not know it and should.
    #[must_use]
    pub fn is_news(&self) -> bool {
        matches!(self, Self::Found(_))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked(reason) => reason,
            Self::NoFrontmatter => "no frontmatter",
            Self::Found(reason) => reason,
        })
    }
}

impl Merger<'_> {
    /// git's own result, with a conflict where it is clean and nobody could read it although
    /// all three sides can be read: two sides may add one key in two places.
    pub(super) fn by_line_and_read(
        &self,
        sides: ThreeWay<&[u8]>,
        reason: Reason,
    ) -> Result<Merged, String> {
        let merged = self.by_line(sides, reason.clone())?;
        let mut all = sides.into_array().into_iter();
        if merged.conflict || self.can_read(&merged.bytes) || !all.all(|side| self.can_read(side)) {
            return Ok(merged);
        }
        // Without the base's, each side's whole frontmatter is new.
        let base = match self.kind {
            FileKind::Markdown => {
                let base = Document::split(sides.base);
                [base.open, base.close, base.body].concat()
            }
            FileKind::Yaml => Vec::new(),
        };
        let base = &base[..];
        self.by_line(ThreeWay { base, ..sides }, reason)
    }

    /// git's own result where one side has no frontmatter any more. If the text conflicts
    /// from its first line on, the other's frontmatter stands in the markers with it, also
    /// where git takes a rule of the body for a fence: a choice is one side's page.
    pub(super) fn by_line_with_fronts(&self, sides: ThreeWay<&[u8]>) -> Result<Merged, String> {
        let reason = "one side has no frontmatter any more, and both changed the text";
        let reason = Reason::Found(reason.into());
        let merged = self.by_line_and_read(sides, reason.clone())?;
        let marker = vec![b'<'; self.markers.size];
        if !merged.conflict || merged.bytes.starts_with(&marker) {
            return Ok(merged);
        }
        let bodies = sides.map(|side| Document::split(side).body);
        let of_bodies = self.lines.merge(bodies, &self.markers)?;
        let base = bodies.base;
        let with_fronts = self.by_line(ThreeWay { base, ..sides }, reason)?;
        let are_at_top = [&of_bodies.bytes, &with_fronts.bytes];
        Ok(
            match are_at_top.iter().all(|text| text.starts_with(&marker)) {
                true => with_fronts,
                false => merged,
            },
        )
    }

    /// Whether a version's frontmatter is YAML, or there is none.
    fn can_read(&self, bytes: &[u8]) -> bool {
        let front = match self.kind {
            FileKind::Markdown => Document::split(bytes).frontmatter,
            FileKind::Yaml => bytes,
        };
        std::str::from_utf8(front).is_ok_and(|text| Tree::parse(text).is_ok())
    }

    /// git's own result for these three files: by line, or for a binary file ours
    /// and a conflict.
    ///
    /// # Errors
    /// The message of git's line merge, if it cannot merge at all.
    pub fn by_line(&self, sides: ThreeWay<&[u8]>, reason: Reason) -> Result<Merged, String> {
        let merged = match is_any_binary(sides) {
            true => MergedLines {
                bytes: match self.virtual_base {
                    true => sides.base.to_vec(),
                    false => sides.ours.to_vec(),
                },
                conflict: true,
            },
            false => self.lines.merge(sides, &self.markers)?,
        };
        Ok(Merged {
            bytes: merged.bytes,
            conflict: merged.conflict,
            outcome: Outcome::Git(reason),
            report: Report::default(),
        })
    }
}

/// Whether one of the versions is no text.
pub(super) fn is_any_binary(sides: ThreeWay<&[u8]>) -> bool {
    sides.into_array().into_iter().any(is_binary)
}
