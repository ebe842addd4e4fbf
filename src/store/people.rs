//! Which spellings are the same person: a pure function of all spellings.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::entry::spaced;

/// How many of a full name's first words together can be what a person is called. A text
/// of many thousand words in a name's place would be kept as often as it has words.
const BEGINNINGS: usize = 16;

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
    /// given with it; if there is none, or more than one, it is a person of its own. A name
    /// of several words is a full name itself, and stands for another one only if it is
    /// given with it. An alias belongs to the person it is given with, if that is a single
    /// one.
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
        let names = Names::of(spellings);
        let owners = owners(spellings, &names);
        let owner = |alias: &str| {
            let owners = owners.get(alias).filter(|o| o.len() == 1)?;
            owners.iter().next().cloned()
        };
        // Aliases of nobody known are persons of their own.
        let alone: BTreeSet<&str> = spellings
            .iter()
            .filter_map(|s| s.item.strip_prefix('@'))
            .collect();

        let mut people = Self::default();
        for s in spellings {
            let person = match s.item.strip_prefix('@') {
                Some(alias) => owner(alias)
                    .or_else(|| names.has(alias).then(|| names.person(alias)))
                    .unwrap_or_else(|| s.item.clone()),
                // A mention ends before the full stop of an initial.
                None if s.mention && !names.has(&s.item) && names.has(&format!("{}.", s.item)) => {
                    names.person(&format!("{}.", s.item))
                }
                None if s.mention && !names.has(&s.item) => owner(&s.item).unwrap_or_else(|| {
                    let is_alias = alone.contains(s.item.as_str());
                    format!("{}{}", if is_alias { "@" } else { "" }, s.item)
                }),
                None => names.person(&s.item),
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

/// The names in spellings, and what each stands for.
#[derive(Default)]
struct Names<'a> {
    /// By a name, the full names that it can stand for.
    fellows: BTreeMap<String, BTreeSet<&'a str>>,
    fulls: BTreeSet<&'a str>,
    /// By a name, the full names that it is given with.
    given: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// The names of listed people, full or not.
    listed: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(spellings: &[&'a Spelling]) -> Self {
        let mut names = Self::default();
        for s in spellings.iter().filter(|s| !s.item.starts_with('@')) {
            if s.full {
                names.fulls.insert(&s.item);
                // `Ana Lirio Reyes` can be called `Ana`, `Ana Lirio`, or by a given name;
                // `Ana-Lirio Reyes` by `Ana-Lirio`, which is read as `Ana Lirio`, and where
                // it is mentioned by `Ana-Lirio-Reyes`.
                let starts = s.item.match_indices(' ').map(|(at, _)| &s.item[..at]);
                let starts = starts.take(BEGINNINGS);
                let starts = starts.map(spaced);
                let whole = s.item.contains('-').then(|| s.item.replace('-', " "));
                let given = (!s.name.is_empty()).then(|| s.name.clone());
                for name in starts.chain(whole).chain(given) {
                    names.fellows.entry(name).or_default().insert(&s.item);
                }
                if is_of_words(&s.item) && are_alike(&s.name, &s.item) {
                    names.given.entry(&s.name).or_default().insert(&s.item);
                }
            } else if !s.mention {
                names.listed.insert(&s.item);
            }
        }
        names
    }

    /// Whether somebody is known by a name.
    fn has(&self, name: &str) -> bool {
        self.listed.contains(name) || self.fulls.contains(name) || self.fellows.contains_key(name)
    }

    /// The person that a name stands for.
    fn person(&self, name: &str) -> String {
        if self.fulls.contains(name) {
            return self.whole(name).to_owned();
        }
        let fellows = self.fellows.get(name).into_iter().flatten();
        let persons: BTreeSet<&str> = fellows.map(|full| self.whole(full)).collect();
        match persons.first() {
            Some(only) if persons.len() == 1 => (*only).to_owned(),
            _ => name.to_owned(),
        }
    }

    /// The full name that a full name is given with: `Anna Kowalski` of `Anna K.` in
    /// `Anna K. (Anna Kowalski)`; else itself.
    fn whole<'n>(&'n self, full: &'n str) -> &'n str {
        let given = self.given.get(full).filter(|given| given.len() == 1);
        let only = given.and_then(|given| given.first()).copied();
        // One step: two names that are given with each other stay two.
        let only = only.filter(|other| !self.given.contains_key(other));
        only.unwrap_or(full)
    }
}

/// Whether what is given with a name can be the whole name of somebody who is called by
/// several words: a remark (`Anna Smith (work)`, `Tom Hall (Friend of Ines)`) is none.
fn is_of_words(full: &str) -> bool {
    full.contains(' ')
        && !full
            .split(' ')
            .any(|word| word.starts_with(char::is_lowercase))
}

/// Whether a name of several words can be short for the full name that is given with it: they
/// begin with the same word, or it has an abbreviation. `Acme Corp` is a remark on `John Smith`,
/// and would be the name of every John Smith.
fn are_alike(name: &str, full: &str) -> bool {
    let first = |name: &'_ str| name.split([' ', '-']).next().map(str::to_owned);
    first(name) == first(full) || name.split(' ').any(|w| w.ends_with('.'))
}

/// By alias, the persons that it is given with.
fn owners<'a>(
    spellings: &[&'a Spelling],
    names: &Names<'_>,
) -> BTreeMap<&'a str, BTreeSet<String>> {
    let mut owners: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for s in spellings {
        if !s.alias.is_empty() && !s.item.starts_with('@') {
            let person = names.person(&s.item);
            owners.entry(&s.alias).or_default().insert(person);
        }
    }
    owners
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
    fn a_name_of_many_words_is_kept_a_few_times() {
        let words = "a ".repeat(50_000);
        let said = format!("Bram (Abraham {words}Salt)");
        let spellings = spellings(&Person::parse(&said).unwrap(), false, false);
        let all: BTreeSet<Spelling> = spellings.into_iter().collect();
        let all: Vec<&Spelling> = all.iter().collect();
        let names = Names::of(&all);
        assert!(names.fellows.len() <= BEGINNINGS + 2);
        assert!(names.has("Bram") && names.has("Abraham a a"));
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
                "Mary-Ann Lee | Mary-Ann-Lee",
                "Mary Ann Lee=Mary-Ann Lee; Mary-Ann Lee=Mary-Ann Lee",
            ),
            (
                "Anna K. (Anna Kowalski), Anna K. | Anna",
                "Anna=Anna Kowalski; Anna K.=Anna Kowalski; Anna Kowalski=Anna Kowalski",
            ),
            (
                "Anna K. (Anna Kowalski) | Anna-K",
                "Anna K=Anna Kowalski; Anna Kowalski=Anna Kowalski",
            ),
            (
                "Uncle Bob (Robert Hall), Uncle Bob",
                "Robert Hall=Robert Hall; Uncle Bob=Uncle Bob",
            ),
            (
                "John Smith (Acme Corp), John Smith",
                "Acme Corp=Acme Corp; John Smith=John Smith",
            ),
            (
                "J. R. Hall (John Hall), J. R. Hall",
                "J. R. Hall=John Hall; John Hall=John Hall",
            ),
            (
                "Ann Lee (Ann Lee Roy), Ann Lee",
                "Ann Lee=Ann Lee Roy; Ann Lee Roy=Ann Lee Roy",
            ),
            (
                "Ann Lee (Eve Roy), Eve Roy (Ann Lee)",
                "Ann Lee=Ann Lee; Eve Roy=Eve Roy",
            ),
            (
                "Ann K. (Ann Kim), Ann K. (Ann Kern), Ann K.",
                "Ann K.=Ann K.; Ann Kern=Ann Kern; Ann Kim=Ann Kim",
            ),
            (
                "Tom Hall (Friend of Ines), Tom Hall",
                "Friend of Ines=Friend of Ines; Tom Hall=Tom Hall",
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
