//! The rule of a field: that of its name, if the values have the shape for it, or else
//! that of its shape.

use std::collections::{HashMap, HashSet};

use super::entry::MemberSides;
use super::member::Member;
use crate::journal::rules::{IDENTIFYING, Rule, Rules};
use crate::journal::yaml::{Item, Kind, Node, Style, Value};

/// The rule for a field that both sides changed (or that one removed).
pub fn rule(rules: &Rules, path: &[String], sides: &MemberSides) -> Rule {
    let now = || [sides.ours, sides.theirs].into_iter().flatten();
    // An empty key that both sides filled is like none: nothing of it has another shape.
    let is_filled = now().all(|m| !m.is_none());
    let base = sides.base.filter(|base| !(is_filled && base.is_none()));
    let members: Vec<&Member> = now().chain(base).collect();
    let nodes: Vec<&Node> = members.iter().map(|m| m.value).collect();
    let list_now = now().any(|m| m.value.items().is_some());
    let had = base.filter(|base| !base.is_none()).map(Member::meaning);
    let has_changed = |m: &Member| had.as_ref().is_some_and(|had| m.meaning() != *had);
    // A list may have been cleared, in whatever form, or be a single scalar.
    let is_list = |m: &&Member| {
        let node = m.value;
        let is_cleared = || m.is_none() && !node.is_block_scalar() && now().all(has_changed);
        node.items().is_some() || node.is_null() || is_cleared()
    };
    let is_scalar = |m: &Member| m.value.scalar().is_some() && !m.value.is_block_scalar();
    let listable = |m: &&Member| is_list(m) || is_scalar(m);
    // A list in a list in a list is a link again.
    let is_row = |row: &[Item]| !matches!(row, [one] if one.node.items().is_some());
    let has_rows = |m: &&Member| {
        let items = m.value.items().unwrap_or_default();
        !is_link(m) && items.iter().any(|i| i.node.items().is_some_and(is_row))
    };
    let list_now = list_now && (!now().any(is_link) || members.iter().any(has_rows));
    let lists = list_now && members.iter().all(listable);
    let strictly = list_now && members.iter().all(is_list);
    // Among maps a single value may be any of them.
    let keyable = strictly || (lists && all_scalars(&nodes));
    match named(rules, path, sides) {
        Some(rule @ (Rule::Set | Rule::Sequence)) if lists => return rule.clone(),
        Some(rule @ Rule::KeyedList(_)) if keyable => match rule {
            Rule::KeyedList(keys) if keys.is_empty() => {
                if let Some(keyed) = keyed(&nodes) {
                    return keyed;
                }
                return Rule::Sequence;
            }
            // A list of maps that have no such key is told apart as any other.
            Rule::KeyedList(keys) if lack(&nodes, keys) => {
                return keyed(&nodes).unwrap_or_else(|| rule.clone());
            }
            rule => return rule.clone(),
        },
        Some(rule @ (Rule::Text | Rule::Stamp | Rule::Derived(_)))
            if nodes.iter().any(|n| n.scalar().is_some()) =>
        {
            return rule.clone();
        }
        Some(Rule::Scalar) => return Rule::Scalar,
        _ => {}
    }
    if all_maps(&nodes) {
        return Rule::Map;
    }
    if strictly {
        if nodes.iter().all(|n| unique_scalars(n)) {
            if let Some(rule) = of_replaced_numbers(sides) {
                return rule;
            }
            return Rule::Set;
        }
        return keyed(&nodes).unwrap_or(Rule::Sequence);
    }
    if nodes.iter().any(|n| n.is_block_scalar()) {
        return Rule::Text;
    }
    Rule::Scalar
}

/// The rule of the field's name. An item of a list is not a field: the last part of its
/// path only tells it apart from the others.
pub fn named<'r>(rules: &'r Rules, path: &[String], sides: &MemberSides) -> Option<&'r Rule> {
    let mut members = sides.into_array().into_iter().flatten();
    members
        .any(|m| m.key.is_some())
        .then(|| rules.of_values(path))?
}

/// Whether all of these are maps. One with a map or a list for a key is none: `{{date}}` is
/// the word of a template.
fn all_maps(nodes: &[&Node]) -> bool {
    let is_key = |key: &Node| key.pairs().is_none() && key.items().is_none();
    let is_map = |n: &&Node| {
        n.pairs()
            .is_some_and(|all| all.iter().all(|p| is_key(&p.key)))
    };
    nodes.iter().all(is_map)
}

/// Whether a value is a link without quotes, as `[[Rome, Italy]]`: to YAML a list in a list.
/// One with a number among several words is a row of a table.
fn is_link(m: &Member) -> bool {
    let Some([row]) = m.value.items() else {
        return false;
    };
    let text = &m.side.text[m.value.value_start..m.value.span.end];
    let is_number = |node: &Node| {
        let text = node.scalar().filter(|_| node.style() == Some(Style::Plain));
        text.is_some_and(|text| matches!(Value::plain(text), Value::Typed(_)))
    };
    let is_word = |node: &Node| node.items().is_none() && !is_number(node);
    text.starts_with("[[")
        && text.ends_with("]]")
        && !text.contains('\n')
        && match row.node.items() {
            Some([word]) => word.node.items().is_none(),
            words => words.is_some_and(|all| all.iter().all(|word| is_word(&word.node))),
        }
}

/// The rule for lists that are one value by their places, as coordinates and scores are: each
/// side put others in the place of some numbers. One number that each side put at another place
/// may be one item or two: a person decides. Where a side also has more or fewer than the base,
/// or there are quotes or words beside them, they are a set unless both put a number in the
/// same place; in a list in a list, a row of a table, also where both put a word there.
fn of_replaced_numbers(sides: &MemberSides) -> Option<Rule> {
    let nodes = || sides.into_array().into_iter().flatten().map(|m| m.value);
    let in_list = sides.ours.is_some_and(|m| m.key.is_none());
    // Editors write the items of a list in quotes. Without a point, these may be years or names.
    let in_quotes = in_list || nodes().any(has_point);
    let [Some(base), Some(ours), Some(theirs)] =
        [sides.base, sides.ours, sides.theirs].map(|side| scalars(side?.value, in_quotes))
    else {
        return None;
    };
    let known: HashSet<&Value> = base.iter().collect();
    let replaces = |side: &[Value]| {
        let there: HashSet<&Value> = side.iter().collect();
        let pairs = base.iter().zip(side);
        let mut differ = pairs.filter(|(was, now)| was != now).peekable();
        differ.peek().is_some()
            && differ.all(|(was, now)| !known.contains(now) && !there.contains(was))
    };
    let of_theirs: HashMap<&Value, usize> = theirs.iter().zip(0..).collect();
    let stands_elsewhere = |(at, now): (usize, &Value)| {
        !known.contains(now) && of_theirs.get(now).is_some_and(|there| *there != at)
    };
    if base.len() < 2 || !replaces(&ours) || !replaces(&theirs) {
        return None;
    }
    let is_number = |value: &Value| matches!(value, Value::Typed(_));
    let lists = [&base, &ours, &theirs];
    let mut places = base.iter().zip(&ours).zip(&theirs);
    let at_one_place = places.any(|((was, ours), theirs)| {
        let differ = was != ours && was != theirs && ours != theirs;
        differ && (in_list || [was, ours, theirs].into_iter().all(is_number))
    });
    let of_numbers = |list: &&Vec<Value>| list.len() == base.len() && list.iter().all(is_number);
    let as_many = lists.iter().all(of_numbers);
    match ours.iter().enumerate().any(stands_elsewhere) {
        // What else was added would be united with what stands at the one place.
        _ if !as_many => at_one_place.then_some(Rule::Scalar),
        true => Some(Rule::Scalar),
        false => (at_one_place || nodes().all(is_plain)).then_some(Rule::Sequence),
    }
}

/// The scalars of a list that has nothing else. Those in quotes are texts, or read as others.
fn scalars(list: &Node, in_quotes: bool) -> Option<Vec<Value>> {
    let value = |node: &Node| {
        let text = node.scalar()?;
        Some(match node.style()? {
            style if in_quotes || style == Style::Plain => Value::plain(text),
            _ => Value::text(text),
        })
    };
    let items = list.items()?.iter();
    items.map(|item| value(&item.node)).collect()
}

/// Whether a number of a list has a point.
fn has_point(list: &Node) -> bool {
    let items = list.items().unwrap_or_default().iter();
    let mut texts = items.filter_map(|item| item.node.scalar());
    texts.any(|text| text.contains('.') && text.parse::<f64>().is_ok())
}

/// Whether no item of a list is in quotes.
fn is_plain(list: &Node) -> bool {
    let mut items = list.items().unwrap_or_default().iter();
    items.all(|item| item.node.style() == Some(Style::Plain))
}

/// Whether these are single scalars, and lists of such.
fn all_scalars(nodes: &[&Node]) -> bool {
    let mut items = nodes.iter().flat_map(|n| n.items().unwrap_or_default());
    items.all(|i| i.node.scalar().is_some())
}

fn unique_scalars(node: &Node) -> bool {
    let mut seen = HashSet::new();
    node.items().unwrap_or_default().iter().all(|i| {
        // A dash without a value is an item that nobody filled in. A text of lines is edited,
        // and two edits of one are not two items.
        let scalar = i.node.is_null() || matches!(&i.node.kind, Kind::Scalar { .. });
        scalar && !i.node.is_block_scalar() && seen.insert(i.node.identity().unwrap_or_default())
    })
}

/// Whether all items of these lists are maps, and none has any of the keys.
fn lack(nodes: &[&Node], keys: &[String]) -> bool {
    let mut items = nodes.iter().flat_map(|n| n.items().unwrap_or_default());
    items.all(|i| i.node.pairs().is_some() && keys.iter().all(|key| i.node.get(key).is_none()))
}

/// The rule for a keyed list, if one key tells all items of these lists of maps apart.
fn keyed(nodes: &[&Node]) -> Option<Rule> {
    let identifies = |key: &&&str| {
        nodes.iter().all(|n| {
            let mut seen = HashSet::new();
            n.items().unwrap_or_default().iter().all(|i| {
                i.node
                    .get(key)
                    .and_then(Node::identity)
                    .is_some_and(|id| seen.insert(id))
            })
        })
    };
    let key = IDENTIFYING.iter().find(identifies)?;
    Some(Rule::KeyedList(vec![(*key).to_owned()]))
}
