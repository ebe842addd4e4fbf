//! The lines above an entry, or at either end of the frontmatter.

use super::entry::Context;
use super::member::Member;
use super::output::Piece;
use super::report::Decision;
use super::{Stop, join};
use crate::merge::ThreeWay;

/// The lines above an entry: comments merge by line, and blank lines or spaces
/// alone never conflict. `None` if both sides changed the same comment.
pub fn lead(cx: &Context, sides: &ThreeWay<Option<String>>) -> Result<Option<String>, Stop> {
    if let Some(lead) = join(sides) {
        return Ok(Some(lead));
    }
    let texts = sides.as_ref().map(|s| s.as_deref().unwrap_or_default());
    let comments = texts.map(|text| {
        text.lines()
            .filter(|l| !l.trim().is_empty())
            .map(str::trim_end)
            .collect::<Vec<_>>()
    });
    if comments.ours == comments.theirs {
        return Ok(Some(texts.ours.min(texts.theirs).to_owned()));
    }
    // Each side put something among the lines, or took some off the top: what both still
    // have above this entry.
    let is_rest = |text: &str| {
        let above = texts.base.strip_suffix(text);
        above.is_some_and(|above| above.is_empty() || above.ends_with('\n'))
    };
    if is_rest(texts.ours) && is_rest(texts.theirs) {
        let ours_is_shorter = texts.ours.len() < texts.theirs.len();
        let rest = if ours_is_shorter {
            texts.ours
        } else {
            texts.theirs
        };
        return Ok(Some(rest.to_owned()));
    }
    if let Some(lead) = cx.by_line(texts)? {
        return Ok(Some(lead));
    }
    let one_side = if comments.theirs == comments.base {
        Some(texts.ours)
    } else if comments.ours == comments.base {
        Some(texts.theirs)
    } else {
        None
    };
    Ok(one_side.map(str::to_owned))
}

/// Comments that belong to no field.
pub fn trivia(cx: &mut Context, texts: ThreeWay<&str>) -> Result<Piece, Stop> {
    if let Some(text) = lead(cx, &texts.map(|t| Some(t.to_owned())))? {
        return Ok(match text == texts.base {
            true => Piece::Text(text),
            false => Piece::Above(text),
        });
    }
    if cx.merger.virtual_base {
        return Ok(Piece::Text(texts.base.to_owned()));
    }
    cx.report.note(&["#".to_owned()], None, Decision::Conflict);
    Ok(Piece::Conflict(texts.map(str::to_owned)))
}

/// The lines above an entry; those that are not what the base has there may be another
/// entry's, which a side put in or took out.
pub fn above(lead: String, base: Option<&Member>, column: usize) -> Piece {
    match base {
        _ if lead.is_empty() => Piece::Text(lead),
        Some(base) if base.lead_at(column) == lead => Piece::Text(lead),
        _ => Piece::Above(lead),
    }
}
