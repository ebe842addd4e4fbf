//! Which spellings are the same person: a pure function of all spellings.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::entry::spaced;

/// One statement of entries about a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Spelling {
    /// The canonical name that the item has on its own; `@Moth` for a bare alias.
    pub item: String,
    /// The name given beside a full name; empty if none.
    pub name: String,
    /// The item is a full name.
    pub full: bool,
    /// An alias given with it; empty if none.
    pub alias: String,
    /// Mentioned with a date, not listed.
    pub mention: bool,
    /// Only a deleted entry has it.
    pub gone: bool,
}

/// The people that follow from all spellings together.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct People {
    /// The person of each item, listed (`false`) or mentioned (`true`).
    pub of: BTreeMap<(String, bool), String>,
    /// Aliases with the person of each.
    pub aliases: BTreeSet<(String, String)>,
}

impl People {
    /// Decides who is who. A name stands for the full name that begins with it or is
    /// given with it; if there is none, or more than one, it is a person of its own. An
    /// alias belongs to the person it is given with, if that is a single one.
    ///
    /// Deleted entries decide nothing about those that exist; among themselves they
    /// decide as before.
    pub(super) fn resolve(spellings: &BTreeSet<Spelling>) -> Self {
        let there: Vec<&Spelling> = spellings.iter().filter(|s| !s.gone).collect();
        let mut people = Self::of_all(&there);
        if there.len() < spellings.len() {
            let all: Vec<&Spelling> = spellings.iter().collect();
            for (key, person) in Self::of_all(&all).of {
                people.of.entry(key).or_insert(person);
            }
        }
        people
    }

    fn of_all(spellings: &[&Spelling]) -> Self {
        let mut by_name: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for s in spellings.iter().filter(|s| !s.item.starts_with('@')) {
            if s.full {
                // `Ana Lirio Reyes` can be called `Ana`, `Ana Lirio`, or by a given name;
                // `Ana-Lirio Reyes` by `Ana-Lirio`, which is read as `Ana Lirio`.
                let starts = s.item.match_indices(' ').map(|(at, _)| &s.item[..at]);
                let starts = starts.map(spaced);
                let whole = Some(spaced(&s.item)).filter(|name| *name != s.item);
                let said = (!s.name.is_empty()).then(|| s.name.clone());
                for name in starts.chain(whole).chain(said) {
                    by_name.entry(name).or_default().insert(&s.item);
                }
                known.insert(&s.item);
            } else if !s.mention {
                known.insert(&s.item);
            }
        }
        let fulls: BTreeSet<&str> = spellings
            .iter()
            .filter(|s| s.full)
            .map(|s| s.item.as_str())
            .collect();
        let of_name = |item: &str| -> String {
            match by_name.get(item) {
                Some(fellows) if fellows.len() == 1 && !fulls.contains(item) => fellows
                    .iter()
                    .next()
                    .map_or_else(String::new, |s| (*s).to_owned()),
                _ => item.to_owned(),
            }
        };

        let mut owners: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for s in spellings
            .iter()
            .filter(|s| !s.alias.is_empty() && !s.item.starts_with('@'))
        {
            owners.entry(&s.alias).or_default().insert(of_name(&s.item));
        }
        let owner = |alias: &str| {
            let owners = owners.get(alias).filter(|o| o.len() == 1)?;
            owners.iter().next().cloned()
        };
        let is_known = |name: &str| known.contains(name) || by_name.contains_key(name);
        // Aliases of nobody known are persons of their own.
        let alone: BTreeSet<&str> = spellings
            .iter()
            .filter_map(|s| s.item.strip_prefix('@'))
            .collect();

        let mut people = Self::default();
        for s in spellings {
            let person = match s.item.strip_prefix('@') {
                Some(alias) => owner(alias)
                    .or_else(|| is_known(alias).then(|| of_name(alias)))
                    .unwrap_or_else(|| s.item.clone()),
                None if s.mention && !is_known(&s.item) => owner(&s.item).unwrap_or_else(|| {
                    let is_alias = alone.contains(s.item.as_str());
                    format!("{}{}", if is_alias { "@" } else { "" }, s.item)
                }),
                None => of_name(&s.item),
            };
            people.of.insert((s.item.clone(), s.mention), person);
        }
        for (alias, owners) in owners {
            let rows = owners.into_iter().map(|person| (alias.to_owned(), person));
            people.aliases.extend(rows);
        }
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::Person;
    use crate::store::rows::spellings;

    /// Who is who among listed people; those after `|` are only mentioned.
    fn who(text: &str) -> String {
        let (listed, mentioned) = text.split_once('|').unwrap_or((text, ""));
        let of = |text: &str, mention| {
            let people: Vec<Person> = text.split(',').filter_map(Person::parse).collect();
            people
                .iter()
                .flat_map(|p| spellings(p, mention, false))
                .collect::<Vec<_>>()
        };
        let all = of(listed, false)
            .into_iter()
            .chain(of(mentioned, true))
            .collect();
        let people = People::resolve(&all);
        let shown = people
            .of
            .iter()
            .map(|((item, _), person)| format!("{item}={person}"));
        shown.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn two_spellings_are_one_person_and_name_fellows_are_two() {
        for (spellings, people) in [
            ("Orla", "Orla=Orla"),
            (
                "Orla, Orla Pennyfold",
                "Orla=Orla Pennyfold; Orla Pennyfold=Orla Pennyfold",
            ),
            (
                "Orla, Orla Pennyfold, Orla Reed",
                "Orla=Orla; Orla Pennyfold=Orla Pennyfold; Orla Reed=Orla Reed",
            ),
            (
                "Bram, Bram (Abraham Salt)",
                "Abraham Salt=Abraham Salt; Bram=Abraham Salt",
            ),
            (
                "Ana-Lirio, Ana Lirio Sol",
                "Ana Lirio=Ana Lirio Sol; Ana Lirio Sol=Ana Lirio Sol",
            ),
            ("Or, Orla Pennyfold", "Or=Or; Orla Pennyfold=Orla Pennyfold"),
            ("@Moth", "@Moth=@Moth"),
            ("@Moth, @Moth (Orla)", "@Moth=Orla; Orla=Orla"),
            (
                "@Moth, @Moth (Orla), Orla Reed",
                "@Moth=Orla Reed; Orla=Orla Reed; Orla Reed=Orla Reed",
            ),
            (
                "@Moth, @Moth (Orla), @Moth (Bo)",
                "@Moth=@Moth; Bo=Bo; Orla=Orla",
            ),
            ("@Orla, Orla Reed", "@Orla=Orla Reed; Orla Reed=Orla Reed"),
            ("@Moth (Orla) | Moth", "Moth=Orla; Orla=Orla"),
            ("Bo | Eve", "Bo=Bo; Eve=Eve"),
            ("@Al | Al", "@Al=@Al; Al=@Al"),
            (
                "Mary-Ann, Mary-Ann Lee | Mary-Ann",
                "Mary Ann=Mary-Ann Lee; Mary Ann=Mary-Ann Lee; Mary-Ann Lee=Mary-Ann Lee",
            ),
            (
                "Jean, Jean-Paul Sart",
                "Jean=Jean; Jean-Paul Sart=Jean-Paul Sart",
            ),
        ] {
            assert_eq!(who(spellings), people, "{spellings}");
        }
    }

    #[test]
    fn aliases_belong_to_persons() {
        let all = ["@Moth (Orla)", "Orla Reed", "@Fly"]
            .iter()
            .flat_map(|t| spellings(&Person::parse(t).unwrap(), false, false))
            .collect();
        let aliases = People::resolve(&all).aliases;
        assert_eq!(
            aliases.into_iter().collect::<Vec<_>>(),
            [("Moth".to_owned(), "Orla Reed".to_owned())]
        );
    }
}
