//! The tag of a list or a mapping, which merges by itself: `!If [a, b]`.

use super::entry::MemberSides;
use super::member::Member;
use super::output::Meaning;
use super::{Stop, join_present, smaller};
use crate::journal::yaml::Value;

/// The tag that a merged collection has.
pub struct Tag {
    /// As values have it; empty without one.
    says: String,
    /// Whether any side has one.
    is_anywhere: bool,
}

impl Tag {
    /// The tag that three-way merging gives. A side whose value is no collection says nothing
    /// of it.
    ///
    /// # Errors
    /// Both sides changed it differently, or a side has an anchor there: what the collection
    /// says is said elsewhere, too.
    pub fn merged(sides: &MemberSides) -> Result<Self, Stop> {
        let mut values = sides.into_array().into_iter().flatten().map(|m| m.value);
        if values.any(|value| value.anchor.is_some() && value.layout().is_some()) {
            let reason = "a list or a mapping with an anchor would change elsewhere, too";
            return Err(Stop::Refuse(reason.to_owned()));
        }
        let said = sides.map(|m| m.and_then(said));
        let all = said.as_ref().into_array().into_iter().flatten();
        let is_anywhere = all.clone().any(|said| !said.is_empty());
        let says = match is_anywhere {
            true => join_present(&said).ok_or(Stop::Conflict)?,
            false => String::new(),
        };
        Ok(Self { says, is_anywhere })
    }

    /// Whether there is none.
    pub const fn is_none(&self) -> bool {
        self.says.is_empty()
    }

    /// Whether an entry's value has this tag, or is no collection.
    pub fn is_on(&self, m: &Member) -> bool {
        said(m).is_none_or(|said| said == self.says)
    }

    /// What stands before the bracket, as the sides that are `fitting` write it.
    ///
    /// # Errors
    /// None of them has this tag on the bracket's line.
    pub fn before_a_bracket(&self, fitting: &MemberSides) -> Result<String, Stop> {
        if self.is_none() {
            return Ok(String::new());
        }
        let is_on_its_line =
            |m: &&Member| said(m).as_ref() == Some(&self.says) && !before(m).contains(['\n', '#']);
        let having_it = fitting.map(|m| m.filter(is_on_its_line));
        smaller(&having_it.map(|m| m.map(|m| before(m).to_owned()))).ok_or(Stop::Conflict)
    }

    /// Whether it is what stands before a collection in lines. That comes from one side, and
    /// the tag may be the other's.
    pub fn is_in(&self, prefix: &str) -> bool {
        let lines = prefix.lines().map(|line| line.split(" #").next());
        let words = lines.flatten().flat_map(str::split_whitespace);
        let tags: Vec<&str> = words.filter(|word| word.starts_with('!')).collect();
        !self.is_anywhere || tags.join(" ") == self.says
    }

    /// The meaning of a collection with it.
    pub fn on(self, meaning: Meaning) -> Meaning {
        if self.is_none() {
            return meaning;
        }
        let with = |value| Value::With(self.says.clone(), Box::new(value));
        match meaning {
            Meaning::Same(value) => Meaning::Same(with(value)),
            Meaning::Differ { ours, theirs } => Meaning::Differ {
                ours: ours.map(with),
                theirs: theirs.map(with),
            },
        }
    }
}

/// The tag of a member's collection; `None` if its value is none.
fn said(m: &Member) -> Option<String> {
    m.value.layout()?;
    Some(m.value.properties(m.side.text).unwrap_or_default())
}

fn before<'a>(m: &Member<'a>) -> &'a str {
    let (start, end) = (m.value.span.start, m.value.value_start);
    m.side.text.get(start..end).unwrap_or_default()
}
