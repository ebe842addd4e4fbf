//! A collection on one side, cut into its members.

use super::flow::{self, Spacing};
use super::member::Member;
use crate::journal::rules::Rule;
use crate::journal::yaml::{Kind, Layout, Value};

/// The form in which a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form<'a> {
    /// By lines: the entries' indentation relative to the key, and whether the first one
    /// stands on the dash's line.
    Block { relative: usize, compact: bool },
    /// In brackets.
    Flow(Spacing<'a>),
    /// One scalar for a list of one.
    Lone,
    /// Nothing: no value, or empty brackets.
    Empty,
}

/// The collection that a member holds.
#[derive(Debug, Clone)]
pub struct View<'a> {
    pub members: Vec<Member<'a>>,
    pub form: Form<'a>,
}

impl<'a> View<'a> {
    /// A member's value as the kind of collection that `rule` asks for, an empty one if a
    /// side lacks the member; `None` if it is not one, or cannot be cut.
    pub fn of(member: Option<&Member<'a>>, rule: &Rule) -> Option<Self> {
        let Some(member) = member else {
            return Some(Self {
                members: Vec::new(),
                form: Form::Empty,
            });
        };
        let node = member.value;
        let (members, form) = match (&node.kind, node.layout()) {
            _ if node.is_null() || member.is_none() => (Vec::new(), Form::Empty),
            (_, Some(Layout::Block)) => {
                let source = member.side.source();
                let slots = source.slots(node, member.nested.clone()?)?;
                let members: Vec<_> = slots
                    .iter()
                    .map(|s| Member::block(member.side, s))
                    .collect();
                let relative = members.first()?.column.checked_sub(member.column)?;
                let compact = member.compact();
                (members, Form::Block { relative, compact })
            }
            (_, Some(Layout::Flow)) => {
                let (members, spacing) = flow::members(member.side, node)?;
                let form = if members.is_empty() {
                    Form::Empty
                } else {
                    Form::Flow(spacing)
                };
                (members, form)
            }
            (Kind::Scalar { .. }, None) if *rule != Rule::Map => {
                (vec![Member::lone(member.side, node)], Form::Lone)
            }
            _ => return None,
        };
        Some(Self { members, form })
    }

    /// The meanings of the members, as a list is compared.
    pub fn meanings(&self) -> Vec<Value> {
        self.members.iter().map(Member::meaning).collect()
    }
}
