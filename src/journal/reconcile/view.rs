//! A collection on one side, cut into its members, and the form in which those of all
//! sides merge.

use super::collection::entry_column;
use super::flow::{self, Spacing};
use super::member::Member;
use super::{Stop, join_present};
use crate::journal::rules::Rule;
use crate::journal::yaml::{Kind, Layout, Value};
use crate::merge::ThreeWay;

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

impl<'a> Form<'a> {
    /// The comment behind the bracket; `None` if there are no brackets with something in
    /// them.
    pub fn opening(self) -> Option<&'a str> {
        match self {
            Self::Flow(spacing) => Some(spacing.opening.trim()),
            _ => None,
        }
    }
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

/// Decides the layout of the result and brings all members into it.
///
/// If one side rewrote the collection in another layout, that layout is taken; if both
/// did, the smaller form, so that swapping the sides changes nothing.
pub fn in_one_form<'a>(
    views: ThreeWay<View<'a>>,
    column: usize,
) -> Result<(Form<'a>, ThreeWay<View<'a>>), Stop> {
    let choose = |accept: &dyn Fn(&Form) -> bool| {
        let is_filled = |form: &Form| *form != Form::Empty && accept(form);
        let forms = views.as_ref().map(|v| Some(v.form).filter(is_filled));
        match (forms.ours, forms.theirs) {
            (Some(_), Some(_)) => forms.trivial().flatten().or(forms.ours.min(forms.theirs)),
            (one, other) => one.or(other).or(forms.base),
        }
    };
    let form = choose(&|_| true).unwrap_or(Form::Empty);
    let fits_in_brackets = || {
        let all = views.as_ref().into_array().into_iter();
        all.flat_map(|v| &v.members).all(Member::fits_in_brackets)
    };
    if !matches!(form, Form::Block { .. }) && fits_in_brackets() {
        let form = match form {
            Form::Flow(_) => {
                let opening = |form: Form| form.opening().map(str::to_owned);
                let merged = join_present(&views.as_ref().map(|v| opening(v.form)));
                let merged = merged.ok_or(Stop::Conflict)?;
                choose(&|form| opening(*form).as_ref() == Some(&merged)).ok_or(Stop::Conflict)?
            }
            form => form,
        };
        let members = views.as_ref().into_array().into_iter();
        let is_bare = members.flat_map(|v| &v.members).all(|m| !m.has_comments());
        let written = |m: Member<'a>, was: Form| match was {
            Form::Lone if form != Form::Lone => m.quoted_for_flow(),
            // What a side adds gets the space of the result; below a comment, lines count.
            Form::Flow(_) if is_bare && was != form => Member {
                lead: "".into(),
                ..m
            },
            _ => m.into_flow(),
        };
        return Ok((form, convert(views, written)));
    }
    let form = choose(&|f| matches!(f, Form::Block { .. })).ok_or(Stop::Conflict)?;
    let at = entry_column(form, column);
    Ok((form, convert(views, |m, _| m.into_block(at))))
}

fn convert<'a>(
    views: ThreeWay<View<'a>>,
    f: impl Fn(Member<'a>, Form<'a>) -> Member<'a>,
) -> ThreeWay<View<'a>> {
    views.map(|View { members, form }| View {
        members: members.into_iter().map(|m| f(m, form)).collect(),
        form,
    })
}
