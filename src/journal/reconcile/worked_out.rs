//! Numbers that are worked out from the body, once a person has chosen its text.

use super::leaf::{FORMS, Form};
use crate::journal::Document;
use crate::journal::rules::{Derived, Rule, Rules};
use crate::journal::yaml::{Node, Style, Tree};

/// The fields whose numbers both sides of a merge worked out from their own bodies, in the
/// same form.
#[derive(Debug, Default)]
pub struct WorkedOut {
    fields: Vec<(String, Derived, Form)>,
}

impl WorkedOut {
    /// The fields of two sides; none if a side cannot be read.
    #[must_use]
    pub fn of(ours: &[u8], theirs: &[u8], rules: &Rules) -> Self {
        Self::both(ours, theirs, rules).unwrap_or_default()
    }

    fn both(ours: &[u8], theirs: &[u8], rules: &Rules) -> Option<Self> {
        let (ours, theirs) = (Page::read(ours)?, Page::read(theirs)?);
        let mut fields = Vec::new();
        for (name, number) in ours.numbers() {
            let Some(Rule::Derived(what)) = rules.named(&[name.to_owned()]) else {
                continue;
            };
            let Some((_, other)) = theirs.numbers().find(|(other, _)| *other == name) else {
                continue;
            };
            let is_right = |number: &Node, page: &Page<'_>, form: &Form| {
                number.scalar() == Some(&form(*what, page.body))
            };
            let form = FORMS
                .iter()
                .find(|form| is_right(number, &ours, form) && is_right(other, &theirs, form));
            fields.extend(form.map(|form| (name.to_owned(), *what, *form)));
        }
        Some(Self { fields })
    }

    /// Whether the number of this field is worked out.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.fields.iter().any(|(name, ..)| name == field)
    }

    /// The text with these numbers worked out from its body; `None` if they are right.
    #[must_use]
    pub fn again(&self, text: &[u8]) -> Option<Vec<u8>> {
        let page = Page::read(text)?;
        let mut new = Vec::new();
        for (name, number) in page.numbers() {
            let field = self.fields.iter().find(|(field, ..)| field == name);
            if let Some((_, what, form)) = field {
                let right = form(*what, page.body);
                if number.scalar() != Some(&right) {
                    new.push((number.span.clone(), right));
                }
            }
        }
        if new.is_empty() {
            return None;
        }
        let mut frontmatter = page.frontmatter.to_owned();
        // From the end, so that the places of the others stay.
        new.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        for (span, right) in new {
            frontmatter.replace_range(span, &right);
        }
        let document = Document {
            frontmatter: frontmatter.as_bytes(),
            ..Document::split(text)
        };
        Some(document.join())
    }
}

/// A page with frontmatter.
struct Page<'a> {
    frontmatter: &'a str,
    body: &'a str,
    tree: Tree,
}

impl<'a> Page<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let document = Document::split(bytes);
        let frontmatter = std::str::from_utf8(document.frontmatter).ok()?;
        Some(Self {
            frontmatter,
            body: std::str::from_utf8(document.body).ok()?,
            tree: Tree::parse(frontmatter).ok()?,
        })
    }

    /// The fields with a plain value that no other refers to.
    fn numbers(&self) -> impl Iterator<Item = (&str, &Node)> {
        let pairs = self.tree.root.as_ref().and_then(Node::pairs);
        let pairs = pairs.into_iter().flatten();
        pairs.filter_map(|pair| {
            let value = &pair.value;
            let is_plain = value.style() == Some(Style::Plain) && value.properties_end.is_none();
            is_plain.then_some((pair.key.scalar()?, value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(count: &str, minutes: &str, body: &str) -> Vec<u8> {
        format!("---\nword_count: {count} # ours\nreading_time: {minutes}\n---\n{body}\n").into()
    }

    #[test]
    fn numbers_that_were_right_on_both_sides_are_worked_out_again() {
        let rules = Rules::default();
        let (ours, theirs) = (page("2", "0.01", "One two"), page("3", "0.01", "A b c"));
        let worked_out = WorkedOut::of(&ours, &theirs, &rules);
        assert!(worked_out.has("word_count") && worked_out.has("reading_time"));
        let both = page("2", "0.01", "One two\nA b c");
        let expected = page("5", "0.02", "One two\nA b c");
        assert_eq!(worked_out.again(&both), Some(expected.clone()));
        assert_eq!(worked_out.again(&expected), None);
        // The place of the second is another once the first is longer.
        let many = "word ".repeat(10);
        let again = worked_out.again(&page("2", "0.01", &many));
        assert_eq!(again, Some(page("10", "0.04", &many)));
    }

    #[test]
    fn a_number_that_another_value_refers_to_stays() {
        let rules = Rules::default();
        let with_anchor = page("&count 2", "0.01", "One two");
        let worked_out = WorkedOut::of(&with_anchor, &with_anchor, &rules);
        assert!(!worked_out.has("word_count") && worked_out.has("reading_time"));
    }

    #[test]
    fn a_number_that_somebody_set_stays() {
        let rules = Rules::default();
        let (ours, theirs) = (page("2", "1", "One two"), page("3", "1", "A b c"));
        let worked_out = WorkedOut::of(&ours, &theirs, &rules);
        assert!(worked_out.has("word_count") && !worked_out.has("reading_time"));
        let other = page("7", "1", "A b c");
        assert!(!WorkedOut::of(&ours, &other, &rules).has("word_count"));
        assert!(!WorkedOut::of(&ours, b"no page", &rules).has("word_count"));
    }
}
