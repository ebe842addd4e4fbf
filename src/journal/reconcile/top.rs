//! A frontmatter cut into its fields, and the lines that belong to no field.

use std::ops::Range;

use super::Stop;
use super::member::{Member, Side};
use super::view::{Form, View};
use crate::journal::yaml::Layout;
use crate::merge::ThreeWay;

/// A frontmatter cut into its fields.
pub struct Top<'a> {
    /// Comments above the first field, apart from it by a blank line.
    pub head: &'a str,
    pub view: View<'a>,
    /// Comments behind the last field, and an end mark `...`.
    pub tail: &'a str,
    /// The line `{}`, which some programs write where there is no field.
    pub braces: &'a str,
}

impl<'a> Top<'a> {
    /// Cuts a side's frontmatter.
    ///
    /// # Errors
    /// [`Stop::Refuse`], which leaves it to git, if the top is not a mapping with one key
    /// a line.
    pub fn of(side: Side<'a>) -> Result<Self, Stop> {
        let text = side.text;
        let form = Form::Block {
            relative: 0,
            compact: false,
        };
        let without_fields = |head, braces| Self {
            head,
            view: View {
                members: Vec::new(),
                form,
            },
            tail: "",
            braces,
        };
        let Some(root) = side.tree.root.as_ref() else {
            return Ok(without_fields(text, ""));
        };
        let is_empty = root.pairs().is_some_and(<[_]>::is_empty);
        // With a comment or a mark beside it, it is left to git.
        if is_empty && text.trim() == "{}" {
            return Ok(without_fields("", text));
        }
        let refuse = || Stop::Refuse("the frontmatter is no mapping with one key a line".into());
        if root.layout() != Some(Layout::Block)
            || root.pairs().is_none()
            || root.properties_end.is_some()
        {
            return Err(refuse());
        }
        let region: Range<usize> = 0..side.source().content_end(root);
        let mut slots = side
            .source()
            .slots(root, region.clone())
            .ok_or_else(refuse)?;
        let first = slots.first_mut().ok_or_else(refuse)?;
        if side.source().column(first.start) != 0 {
            return Err(refuse());
        }
        let head = head_of(&text[first.lead.clone()]);
        first.lead.start += head;
        let members: Vec<Member<'a>> = slots.iter().map(|s| Member::block(side, s)).collect();
        let view = View { members, form };
        Ok(Self {
            head: &text[..head],
            view,
            tail: &text[region.end..],
            braces: "",
        })
    }

    /// Takes the comments apart from the first field for such that stand above it.
    pub fn give_head_to_first(&mut self) {
        if let Some(member) = self.view.members.first_mut() {
            member.range.start = 0;
            member.lead = member.side.text[..self.head.len() + member.lead.len()].into();
            self.head = "";
        }
    }
}

/// If only some sides have comments apart from the first field, gives them to that field
/// on every side: a blank line added must not look like a comment removed, and a comment
/// between two fields must not become the file's when the first field goes.
pub fn in_one_cut(mut tops: ThreeWay<Top>) -> ThreeWay<Top> {
    let heads = tops.as_ref().map(|t| t.head);
    let empty = heads.map(|h| h.trim().is_empty());
    if empty.ours == empty.base && empty.theirs == empty.base {
        return tops;
    }
    for top in [&mut tops.base, &mut tops.ours, &mut tops.theirs] {
        top.give_head_to_first();
    }
    tops
}

/// The length of the lines above the first field that belong to the file: up to the last
/// blank line, or a mark `---` that begins a YAML file.
fn head_of(lead: &str) -> usize {
    let mut at = 0;
    let mut head = 0;
    for line in lead.split_inclusive('\n') {
        at += line.len();
        let mark = line.strip_prefix("---").map(str::trim_start);
        if line.trim().is_empty() || mark.is_some_and(|m| m.is_empty() || m.starts_with('#')) {
            head = at;
        }
    }
    head
}
