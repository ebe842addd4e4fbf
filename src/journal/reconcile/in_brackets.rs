//! Members of flow collections, which both sides may have changed.

use super::entry::{
    Context, MemberSides, core, goes, is_like_an_empty_one, refuse_anchors, standing,
    without_empty_base,
};
use super::member::Member;
use super::output::Out;
use super::{Stop, collection, join, of_one_comment, removals, shape};
use crate::journal::rules::Rule;
use crate::journal::yaml::Value;

/// An entry of a flow collection: its text, its space before it, its comment.
pub struct FlowOut {
    pub text: String,
    pub comment: String,
    pub value: Value,
}

/// Merges one entry of a flow collection. A conflict in it is a conflict of the whole
/// collection, since markers need lines of their own.
pub fn merge(
    cx: &mut Context,
    sides: MemberSides,
    path: &[String],
) -> Result<Option<FlowOut>, Stop> {
    let copy = |m: &Member| {
        Ok(Some(FlowOut {
            text: format!("{}{}", m.prefix, m.body),
            comment: m.suffix.to_string(),
            value: m.meaning(),
        }))
    };
    let sides = without_empty_base(sides);
    if let Some(rule) = removals::rule_where_kept_out(cx, &sides, path) {
        return united_in_brackets(cx, &sides, &rule, path);
    }
    let (ours, theirs) = match (sides.ours, sides.theirs) {
        (None, None) => return Ok(None),
        (Some(only), None) | (None, Some(only)) => match sides.base {
            None => return copy(only),
            Some(base) if goes(only, base) => return Ok(None),
            Some(_) => {
                let rule = shape::rule(cx.merger.rules, path, &sides);
                if rule == Rule::Map || !is_like_an_empty_one(&rule, only) {
                    return Err(Stop::Conflict);
                }
                return united_in_brackets(cx, &sides, &rule, path);
            }
        },
        (Some(ours), Some(theirs)) => (ours, theirs),
    };
    if let Some(pick) = standing(cx, &sides, path) {
        return copy(pick.of(ours, theirs));
    }
    refuse_anchors(&sides, path)?;
    let rule = shape::rule(cx.merger.rules, path, &sides);
    let out = core(cx, &sides, &rule, path, 0)?;
    in_brackets(out, &sides).map(Some)
}

fn united_in_brackets(
    cx: &mut Context,
    sides: &MemberSides,
    rule: &Rule,
    path: &[String],
) -> Result<Option<FlowOut>, Stop> {
    let merged = collection::merge(cx, sides, rule, path, 0)?;
    let lacking = sides.ours.is_none() || sides.theirs.is_none();
    if lacking && merged.is_empty() {
        return Ok(None);
    }
    in_brackets(merged.framed(), sides).map(Some)
}

/// A merged entry as it stands between brackets.
fn in_brackets(out: Out, sides: &MemberSides) -> Result<FlowOut, Stop> {
    let text = out.clean_text().ok_or(Stop::Conflict)?;
    let value = out.meaning.same().ok_or(Stop::Conflict)?;
    let comments = sides.map(|m| m.map(|m| m.suffix.to_string()));
    let comment = join(&comments).or_else(|| of_one_comment(&comments));
    let comment = comment.ok_or(Stop::Conflict)?;
    // The frame's end is the comment, which stands behind the comma.
    let text = text
        .strip_suffix(comment.as_str())
        .unwrap_or(&text)
        .to_owned();
    Ok(FlowOut {
        text,
        comment,
        value,
    })
}
