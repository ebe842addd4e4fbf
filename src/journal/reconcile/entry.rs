//! One entry of a collection on three sides: added, removed, or changed.

use super::above::{above, lead};
use super::cut::spaces;
use super::leaf::Bodies;
use super::member::Member;
use super::output::{Meaning, Out, Pick, Piece};
use super::report::{Decision, Report};
use super::{Merger, Stop, collection, join_present, leaf, loss, removals, shape, texts};
use crate::journal::rules::Rule;
use crate::journal::yaml::{Node, Tree, Value};
use crate::journal::{ItemKey, Table};
use crate::merge::{Markers, ThreeWay};

/// The answer that the removals known to the sides of a merge give for an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// A removal of this item keeps it out.
    KeptOut(Table, ItemKey),
    /// One side removed it, and the other has had it since one of the merge bases. The
    /// values are those it had there: git's own merge of several bases may lack it.
    Removed(Vec<Value>),
    /// The side that has it put it back, and knew all removals of the other side.
    PutBack,
}

/// Asks for the ruling on an item of the field at a path.
pub type Rulings<'c> = &'c dyn Fn(&[String], &Tree, &Node) -> Option<Ruling>;

/// What the merge of a document asks for, and its report.
pub struct Context<'c> {
    pub merger: &'c Merger<'c>,
    pub bodies: Bodies<'c>,
    pub report: Report,
}

impl Context<'_> {
    /// The merge of three texts by line; `None` where they conflict.
    pub fn by_line(&self, texts: ThreeWay<&str>) -> Result<Option<String>, Stop> {
        let texts = texts.map(str::as_bytes);
        let merged = self.merger.lines.merge(texts, &Markers::default());
        let merged = merged.map_err(Stop::Refuse)?;
        if merged.conflict {
            return Ok(None);
        }
        let text = String::from_utf8(merged.bytes);
        text.map(Some).map_err(|e| Stop::Refuse(e.to_string()))
    }
}

/// The three versions of one member.
pub type MemberSides<'m, 'a> = ThreeWay<Option<&'m Member<'a>>>;

/// Merges one entry of a block collection whose entries stand in `column`. The
/// result is in whole lines; `None` where the entry is gone. A merge that would
/// lose a comment, or have one too often, is a conflict.
pub fn block(
    cx: &mut Context,
    sides: MemberSides,
    path: &[String],
    column: usize,
) -> Result<Option<Out>, Stop> {
    let out = merged(cx, sides, path, column)?;
    let pieces = out.as_ref().map_or(&[][..], |o| &o.pieces);
    if loss::of_comments(&sides, pieces) || loss::has_too_many(&sides, pieces) {
        return conflict(cx, &sides, path, column, None);
    }
    Ok(out)
}

fn merged(
    cx: &mut Context,
    sides: MemberSides,
    path: &[String],
    column: usize,
) -> Result<Option<Out>, Stop> {
    let sides = without_empty_base(sides);
    // A removal also counts against what one side alone added.
    if let Some(rule) = removals::rule_where_kept_out(cx, &sides, path) {
        return united(cx, &sides, &rule, path, column);
    }
    let (ours, theirs) = match (sides.ours, sides.theirs) {
        (None, None) => return Ok(None),
        (Some(only), None) | (None, Some(only)) => return one_sided(cx, sides, only, path, column),
        (Some(ours), Some(theirs)) => (ours, theirs),
    };
    let Some(pick) = standing(cx, &sides, path) else {
        return both_changed(cx, sides, path, column);
    };
    cx.report.note(path, None, Decision::one_side(&sides, pick));
    let taken = pick.of(ours, theirs);
    Ok(Some(written(taken, sides.base, column)))
}

/// The side whose version stands as it is: the other left the base's, or has the same.
/// `None` if both changed the member, or it is to be worked out again.
pub(super) fn standing(cx: &Context, sides: &MemberSides, path: &[String]) -> Option<Pick> {
    let (ours, theirs) = (sides.ours?, sides.theirs?);
    if leaf::is_worked_out_again(cx, sides, path) {
        return None;
    }
    let is_as_in_base = |m: &Member| sides.base.is_some_and(|b| m.same_text(b));
    if ours.same_text(theirs) || is_as_in_base(theirs) {
        return Some(Pick::Ours);
    }
    is_as_in_base(ours).then_some(Pick::Theirs)
}

/// Merges an entry that is on both sides: the lines above it, and the entry by its rule.
fn both_changed(
    cx: &mut Context,
    sides: MemberSides,
    path: &[String],
    column: usize,
) -> Result<Option<Out>, Stop> {
    let leads = texts(&sides, |m| m.lead_at(column));
    let lead = lead(cx, &leads)?;
    if lead.is_none() && cx.merger.virtual_base {
        return conflict(cx, &sides, path, column, None);
    }
    let (decision, above) = match lead.clone() {
        Some(lead) => (Decision::Merged, above(lead, sides.base, column)),
        // Only the comments above conflict.
        None => (
            Decision::Conflict,
            Piece::Conflict(leads.map(Option::unwrap_or_default)),
        ),
    };
    let rule = shape::rule(cx.merger.rules, path, &sides);
    if let Some(changed) = changed_below_its_lead(cx, &sides, path) {
        cx.report.note(path, Some(&rule), decision);
        let mut out = written(changed, sides.base, column);
        out.pieces[0] = above;
        return Ok(Some(out));
    }
    refuse_anchors(&sides, path)?;
    match core(cx, &sides, &rule, path, column) {
        Ok(mut out) => {
            cx.report.note(path, Some(&rule), decision);
            out.pieces
                .splice(0..0, [above, Piece::Text(spaces(column))]);
            Ok(Some(out))
        }
        Err(Stop::Conflict) => conflict(cx, &sides, path, column, lead),
        Err(refuse) => Err(refuse),
    }
}

/// The version of an entry to take if its two sides differ in the lines above it alone, or
/// one of them has changed nothing else.
fn changed_below_its_lead<'m, 'a>(
    cx: &Context,
    sides: &MemberSides<'m, 'a>,
    path: &[String],
) -> Option<&'m Member<'a>> {
    let (ours, theirs) = (sides.ours?, sides.theirs?);
    if leaf::is_worked_out_again(cx, sides, path) {
        return None;
    }
    let is_as_before = |side: &Member| sides.base.is_some_and(|base| side.same_core(base));
    match ours.same_core(theirs) || is_as_before(theirs) {
        true => Some(ours),
        false => is_as_before(ours).then_some(theirs),
    }
}

/// The entry itself, without the lines above and the indentation before it.
pub(super) fn core(
    cx: &mut Context,
    sides: &MemberSides,
    rule: &Rule,
    path: &[String],
    column: usize,
) -> Result<Out, Stop> {
    if rule.joins_members() {
        let merged = collection::merge(cx, sides, rule, path, column)?;
        return Ok(merged.framed());
    }
    leaf::merge(cx, sides, rule, column)
}

/// An entry as it stands on a side. Comments below it count like those above.
fn written(m: &Member, base: Option<&Member>, column: usize) -> Out {
    let below = |m: &Member| {
        let suffix = m.suffix_at(column);
        suffix.split_once('\n').unwrap_or_default().1.to_owned()
    };
    let mut core = format!("{}{}", spaces(column), m.core_at(column));
    let mut under = below(m);
    if base.is_some_and(|base| below(base) == under) || !core.ends_with(&under) {
        under.clear();
    }
    core.truncate(core.len() - under.len());
    let mut out = Out::text(core, m.meaning());
    let lead = m.lead_at(column).into_owned();
    out.pieces.insert(0, above(lead, base, column));
    if !under.is_empty() {
        out.pieces.push(Piece::Above(under));
    }
    out
}

/// Removing a key without a value is no change: what the other side wrote there counts as
/// added.
pub(super) fn without_empty_base<'m, 'a>(sides: MemberSides<'m, 'a>) -> MemberSides<'m, 'a> {
    match (sides.base, sides.ours, sides.theirs) {
        (Some(base), Some(only), None) | (Some(base), None, Some(only))
            if base.is_none() && !only.is_none() =>
        {
            ThreeWay {
                base: None,
                ..sides
            }
        }
        _ => sides,
    }
}

/// Whether an entry that the other side removed is dropped: this side left it unchanged,
/// or left nothing in it either.
pub(super) fn goes(only: &Member, base: &Member) -> bool {
    only.is_none() || only.same_text(base) || only.meaning() == base.meaning()
}

/// An entry that one side has and the other lacks.
fn one_sided(
    cx: &mut Context,
    sides: MemberSides,
    only: &Member,
    path: &[String],
    column: usize,
) -> Result<Option<Out>, Stop> {
    let (pick, other) = match sides.ours {
        Some(_) => (Pick::Ours, Pick::Theirs),
        None => (Pick::Theirs, Pick::Ours),
    };
    let Some(base) = sides.base else {
        cx.report.note(path, None, Decision::one_side(&sides, pick));
        return Ok(Some(written(only, None, column)));
    };
    // A comment that is new there makes it a conflict all the same: `block` sees to it.
    if goes(only, base) {
        cx.report
            .note(path, None, Decision::one_side(&sides, other));
        return Ok(None);
    }
    let rule = shape::rule(cx.merger.rules, path, &sides);
    if !is_like_an_empty_one(&rule, only) {
        return conflict(cx, &sides, path, column, None);
    }
    match united(cx, &sides, &rule, path, column)? {
        // A person has to say what a mapping means once its other keys are gone.
        Some(_) if rule == Rule::Map => conflict(cx, &sides, path, column, None),
        out => Ok(out),
    }
}

/// Whether a side that lacks a key of this rule counts as having it empty.
pub(super) fn is_like_an_empty_one(rule: &Rule, only: &Member) -> bool {
    rule.joins_members() && !only.value.has_anchor_or_alias()
}

/// Merges a list or a map that some sides may lack: a missing and an empty one mean the
/// same.
fn united(
    cx: &mut Context,
    sides: &MemberSides,
    rule: &Rule,
    path: &[String],
    column: usize,
) -> Result<Option<Out>, Stop> {
    let lacking = sides.ours.is_none() || sides.theirs.is_none();
    let leads = texts(sides, |m| m.lead_at(column));
    let lead = if lacking {
        join_present(&leads)
    } else {
        lead(cx, &leads)?
    };
    let Some(lead) = lead else {
        return conflict(cx, sides, path, column, None);
    };
    match collection::merge(cx, sides, rule, path, column) {
        Ok(merged) => {
            cx.report.note(path, Some(rule), Decision::Merged);
            if lacking && merged.is_empty() {
                return Ok(None);
            }
            let mut out = merged.framed();
            let indent = Piece::Text(spaces(column));
            out.pieces
                .splice(0..0, [above(lead, sides.base, column), indent]);
            Ok(Some(out))
        }
        Err(Stop::Conflict) => conflict(cx, sides, path, column, Some(lead)),
        Err(refuse) => Err(refuse),
    }
}

/// The conflict of an entry that both sides changed to different values. With `lead` the
/// lines above are merged and stand outside.
pub(super) fn conflict(
    cx: &mut Context,
    sides: &MemberSides,
    path: &[String],
    column: usize,
    lead: Option<String>,
) -> Result<Option<Out>, Stop> {
    let whole = |m: Option<&Member>| -> String {
        let Some(m) = m else { return String::new() };
        let above = if lead.is_some() {
            "".into()
        } else {
            m.lead_at(column)
        };
        format!("{above}{}{}", spaces(column), m.core_at(column))
    };
    cx.report.forget_within(path);
    if cx.merger.virtual_base {
        cx.report.note(path, None, Decision::Base);
        return Ok(sides.base.map(|b| {
            let text = format!("{}{}", lead.as_deref().unwrap_or_default(), whole(Some(b)));
            Out::text(text, b.meaning())
        }));
    }
    cx.report.note(path, None, Decision::Conflict);
    let mut pieces = Vec::new();
    pieces.extend(lead.clone().filter(|l| !l.is_empty()).map(Piece::Text));
    pieces.push(Piece::Conflict(sides.map(whole)));
    Ok(Some(Out {
        pieces,
        meaning: Meaning::Differ {
            ours: sides.ours.map(Member::meaning),
            theirs: sides.theirs.map(Member::meaning),
        },
    }))
}

/// Leaves the document to git if both sides changed an entry that refers to another one,
/// or is referred to: it means more than its own lines say.
pub(super) fn refuse_anchors(sides: &MemberSides, path: &[String]) -> Result<(), Stop> {
    let mut members = sides.into_array().into_iter().flatten();
    if members.any(|m| m.value.has_anchor_or_alias()) {
        return Err(Stop::Refuse(format!(
            "both sides changed `{}`, which has an anchor or an alias",
            path.join(".")
        )));
    }
    Ok(())
}
