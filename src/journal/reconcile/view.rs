//! A collection on one side, as members that can be told apart.

use std::collections::HashMap;

use super::flow::{self, Spacing};
use super::member::Member;
use crate::journal::rules::{IDENTIFYING, Rule};
use crate::journal::yaml::{Kind, Layout, Node, Value};

/// How a collection is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form<'a> {
    /// By lines: how much deeper than its key the entries stand, and whether the
    /// first one stands on the dash's line.
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
    /// What tells the members apart, in the same order; unique.
    pub ids: Vec<String>,
    pub form: Form<'a>,
}

impl<'a> View<'a> {
    /// Looks at a member's value as the kind of collection that `rule` asks for;
    /// `None` where it is none, or cannot be cut.
    pub fn of(member: &Member<'a>, rule: &Rule) -> Option<Self> {
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
            (Kind::Scalar { .. }, None) if *rule == Rule::Set => {
                (vec![Member::lone(member.side, node)], Form::Lone)
            }
            _ => return None,
        };
        Some(Self::new(members, rule, form))
    }

    /// Members cut elsewhere.
    pub fn new(members: Vec<Member<'a>>, rule: &Rule, form: Form<'a>) -> Self {
        let ids = ids(&members, rule);
        Self { members, ids, form }
    }

    /// The members by what tells them apart.
    pub fn by_id(&self) -> HashMap<&str, &Member<'a>> {
        self.ids
            .iter()
            .map(String::as_str)
            .zip(&self.members)
            .collect()
    }

    /// The meanings of the members, as a list is compared.
    pub fn meanings(&self) -> Vec<Value> {
        self.members.iter().map(Member::meaning).collect()
    }
}

/// Names each member; the second of the same name is told apart by a number.
fn ids(members: &[Member], rule: &Rule) -> Vec<String> {
    let mut ids: Vec<String> = members.iter().map(|m| id(m, rule)).collect();
    let mut seen: HashMap<&str, usize> = HashMap::with_capacity(ids.len());
    let mut again = Vec::new();
    for (i, id) in ids.iter().enumerate() {
        let n = seen.entry(id).or_insert(0);
        *n += 1;
        if *n > 1 {
            again.push((i, *n));
        }
    }
    for (i, n) in again {
        ids[i] = format!("{}\u{0}{n}", ids[i]);
    }
    ids
}

fn id(member: &Member, rule: &Rule) -> String {
    let whole = || format!("{:?}", member.meaning());
    if let Some(key) = member.key {
        return key
            .identity()
            .unwrap_or_else(|| format!("{:?}", Value::of(key, member.side.text)));
    }
    let by_keys = |keys: &[&str]| {
        keys.iter()
            .find_map(|k| member.value.get(k).and_then(Node::identity))
    };
    match rule {
        Rule::KeyedList(keys) => {
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            match member.value.identity() {
                // A mentioned date may have its context behind it.
                Some(scalar) if keys.contains(&"date") => leading_date(&scalar).to_owned(),
                Some(scalar) => scalar,
                None => by_keys(&keys).unwrap_or_else(whole),
            }
        }
        _ => member
            .value
            .identity()
            .or_else(|| by_keys(&["full_name", "name"]))
            .or_else(|| by_keys(&IDENTIFYING))
            .unwrap_or_else(whole),
    }
}

/// `2030-11-05` of `2030-11-05 (letter)`; the text itself if it starts otherwise.
fn leading_date(text: &str) -> &str {
    match text.get(..10) {
        Some(date) if crate::journal::EntryDate::from_iso(date).is_some() => date,
        _ => text,
    }
}
