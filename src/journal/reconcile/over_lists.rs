//! Values that one side moved into an item of a list of maps, or out of one, while the other
//! side changed them where they were. Nothing says which item it is there, so that no text
//! is provably what both sides did.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Stop;
use super::identity::MAX_COMPARED;
use super::known_again::New;
use super::moved::{is_as_was, too_many};
use super::values::{Path, Values};
use crate::journal::yaml::Value;

/// Values by their places, to find those that are like another one.
struct Places<'v, 'a> {
    paths: Vec<&'v Path<'a>>,
    values: New<'v>,
}

impl<'v, 'a> Places<'v, 'a> {
    fn of(values: &'v [(&'v Path<'a>, Value)]) -> Self {
        Self {
            paths: values.iter().map(|(path, _)| *path).collect(),
            values: New::of(values.iter().map(|(_, value)| value)),
        }
    }

    /// The places of those that are like a value. `compared` counts those that have
    /// anything in common with it.
    fn like(&self, was: &Value, compared: &mut usize) -> Result<BTreeSet<&'v Path<'a>>, Stop> {
        let alike = self.values.alike(was);
        *compared += alike.len();
        if *compared > MAX_COMPARED {
            return Err(too_many());
        }
        let like = alike.into_iter().filter(|it| it.is_like);
        Ok(like.map(|it| self.paths[it.at]).collect())
    }
}

/// Where `side` moved values from and to, one of the two in an item of a list, that `other`
/// changed or took out.
///
/// # Errors
/// [`Stop::Refuse`] where too much has something in common to compare all of it.
pub fn over_lists<'a>(
    base: &Values<'a>,
    side: &Values<'a>,
    other: &Values<'a>,
) -> Result<Vec<(Path<'a>, Path<'a>)>, Stop> {
    let mut gone = base.that(|path| !side.has(path));
    gone.retain(|(from, was)| !is_as_was(side, from, was, other.value(from).as_ref()));
    let new = side.that(|path| !base.has(path) && !other.has(path));
    if gone.is_empty() && new.is_empty() {
        return Ok(Vec::new());
    }
    let [of_base, of_side, of_other] = [base, side, other].map(Values::in_items);
    let [in_base, in_side, in_other] =
        [&of_base, &of_side, &of_other].map(|items| Places::of(items));
    let mut found = Vec::new();
    let mut compared = 0;
    // Most values have nothing to do with what is new: that is asked first.
    for (from, was) in &gone {
        let mut places = in_side.like(was, &mut compared)?;
        for there_before in [&in_base, &in_other] {
            if !places.is_empty() {
                let had = there_before.like(was, &mut compared)?;
                places.retain(|to| !had.contains(to));
            }
        }
        found.extend(places.iter().map(|&to| ((*from).clone(), to.clone())));
    }
    let new = Places::of(&new);
    // Where either side has a value as it was, or both sides say the same, nothing moved that
    // the other side changed.
    let unchanged: HashSet<&(&Path, Value)> = of_other.iter().chain(&of_side).collect();
    let (by_side, by_other) = (by_path(&of_side), by_path(&of_other));
    let mut said_alike: HashMap<&Path, bool> = HashMap::new();
    for item @ (from, was) in &of_base {
        let mut is_alike = || {
            let of_path = || by_side.get(from) == by_other.get(from);
            *said_alike.entry(from).or_insert_with(of_path)
        };
        let places = match unchanged.contains(item) || is_alike() {
            true => BTreeSet::new(),
            false => new.like(was, &mut compared)?,
        };
        if !places.is_empty() && !in_side.like(was, &mut compared)?.contains(from) {
            found.extend(places.iter().map(|&to| ((*from).clone(), to.clone())));
        }
    }
    Ok(found)
}

/// Values in items of lists, by the keys that lead to them.
fn by_path<'v, 'a>(values: &'v [(&'v Path<'a>, Value)]) -> HashMap<&'v Path<'a>, Vec<&'v Value>> {
    let mut by_path: HashMap<_, Vec<&Value>> = HashMap::new();
    for (path, value) in values {
        by_path.entry(*path).or_default().push(value);
    }
    by_path
}
