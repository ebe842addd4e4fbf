//! `palimpsest.toml`: the settings that all machines of a journal share.

mod places;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::dot_git::is_dot_git;
use super::layout::Layout;
use super::markers::conflict_markers;
use super::rules::{Rule, Rules};
use super::table::Table;
use super::yaml::Place;

/// The settings' file, at the top of the work tree.
pub const FILE: &str = "palimpsest.toml";

/// How long a removal is listed, in days, unless the settings say otherwise.
pub const LIFETIME_DAYS: u32 = 90;

/// The pre-commit hook's answer to conflicts that wait for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Policy {
    /// Names them, with the command that settles them; the commit is made.
    #[default]
    Flag,
    /// Refuses the commit.
    Block,
}

/// All settings, with defaults for those that the file does not have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settings {
    pub layout: Layout,
    pub rules: Rules,
    /// `conflicts.on_commit`
    pub on_commit: Policy,
    /// Whether the file has rules for merges, and nothing that is about a journal.
    pub has_only_rules: bool,
    lifetime: Option<u32>,
    lifetimes: BTreeMap<Table, u32>,
}

/// A setting that cannot be used, with its place in `palimpsest.toml`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{FILE}:{at}: {what}")]
pub struct SettingsError {
    pub at: Place,
    pub what: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    paths: RawPaths,
    merge: RawMerge,
    conflicts: RawConflicts,
    tombstones: RawTombstones,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawPaths {
    journal: Option<Spanned<String>>,
    wiki: Option<Spanned<String>>,
    ledger: Option<Spanned<String>>,
    database: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawMerge {
    fields: BTreeMap<String, Spanned<String>>,
    stamps: Vec<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawConflicts {
    on_commit: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawTombstones {
    lifetime_days: Option<u32>,
    tables: BTreeMap<Spanned<String>, u32>,
}

impl Raw {
    fn has_only_rules(&self) -> bool {
        let RawPaths {
            journal,
            wiki,
            ledger,
            database,
        } = &self.paths;
        let has_rules = !(self.merge.stamps.is_empty() && self.merge.fields.is_empty());
        let paths = [journal, wiki, ledger, database];
        let tombstones = &self.tombstones;
        has_rules
            && paths.iter().all(|path| path.is_none())
            && self.conflicts.on_commit.is_none()
            && tombstones.lifetime_days.is_none()
            && tombstones.tables.is_empty()
    }
}

impl Settings {
    /// Reads the settings' file.
    ///
    /// # Errors
    /// As for [`Settings::parse`], or it is not UTF-8; the error names the place.
    pub fn of_file(bytes: &[u8]) -> Result<Self, SettingsError> {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::parse(text),
            Err(e) => {
                let text = String::from_utf8_lossy(bytes);
                let what = "a byte that is not UTF-8; save the file as UTF-8".to_owned();
                // Up to there, the text is the bytes.
                Err(Source(&text).error(e.valid_up_to(), what))
            }
        }
    }

    /// Reads the settings' text.
    ///
    /// # Errors
    /// The text is not TOML, a key is unknown, or a value is not allowed for its key; the
    /// error names the line, the column and the key.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let source = Source(text);
        if let Some(markers) = conflict_markers(text.as_bytes()) {
            let above = text.split_inclusive('\n').take(markers.line - 1);
            let at = above.map(str::len).sum();
            let what = "conflict markers; edit the file and `git add` it";
            return Err(source.error(at, what.to_owned()));
        }
        let raw: Raw = toml::from_str(text).map_err(|e| {
            let at = e.span().map_or(0, |s| s.start);
            let message = e.message().replace('\n', ", ");
            let section = places::section_of(&message);
            let what = format!("{}{section}", places::in_words(&message));
            source.error(at, what)
        })?;
        let has_only_rules = raw.has_only_rules();
        Ok(Self {
            has_only_rules,
            layout: source.layout(raw.paths)?,
            rules: source.rules(raw.merge)?,
            on_commit: source.policy(raw.conflicts)?,
            lifetime: raw.tombstones.lifetime_days,
            lifetimes: source.lifetimes(raw.tombstones.tables)?,
        })
    }

    /// How long a removal from a table is listed, in days.
    #[must_use]
    pub fn lifetime_days(&self, table: Table) -> u32 {
        self.lifetimes
            .get(&table)
            .copied()
            .or(self.lifetime)
            .unwrap_or(LIFETIME_DAYS)
    }
}

/// The text of the settings, in which errors have their places.
struct Source<'t>(&'t str);

impl Source<'_> {
    fn error(&self, at: usize, what: String) -> SettingsError {
        SettingsError {
            at: Place::of(self.0, at, 1),
            what,
        }
    }

    fn layout(&self, raw: RawPaths) -> Result<Layout, SettingsError> {
        let mut layout = Layout::default();
        let mut set = Vec::new();
        for (key, raw, into) in [
            ("paths.journal", raw.journal, &mut layout.journal),
            ("paths.wiki", raw.wiki, &mut layout.wiki),
            ("paths.ledger", raw.ledger, &mut layout.ledger),
            ("paths.database", raw.database, &mut layout.database),
        ] {
            let Some(path) = raw else { continue };
            let at = path.span().start;
            set.push((key, at));
            *into = inside(path.as_ref())
                .map_err(|why| self.error(at, format!("{key} = \"{}\": {why}", path.as_ref())))?;
        }
        let Some((key, what)) = places::clash(&layout) else {
            return Ok(layout);
        };
        // This path is set, or it is a default that clashes with a path that is set.
        let own = set.iter().find(|(set, _)| *set == key);
        Err(self.error(own.or(set.last()).map_or(0, |(_, at)| *at), what))
    }

    fn rules(&self, raw: RawMerge) -> Result<Rules, SettingsError> {
        let mut rules = Rules::default();
        for stamp in raw.stamps {
            if stamp.as_ref().trim().eq_ignore_ascii_case("date") {
                let what = "merge.stamps: `date` says which day a file is about, not when it was \
                            changed; leave it out";
                return Err(self.error(stamp.span().start, what.to_owned()));
            }
            rules.insert(stamp.as_ref(), Rule::Stamp);
        }
        for (field, rule) in raw.fields {
            let known = Rule::from_name(rule.as_ref()).ok_or_else(|| {
                let what = format!(
                    "merge.fields.{field} = \"{}\": expected set, sequence, keyed list, \
                     keyed list by KEY, map, text, stamp or scalar",
                    rule.as_ref()
                );
                self.error(rule.span().start, what)
            })?;
            rules.insert(&field, known);
        }
        Ok(rules)
    }

    fn policy(&self, raw: RawConflicts) -> Result<Policy, SettingsError> {
        let Some(policy) = raw.on_commit else {
            return Ok(Policy::default());
        };
        match policy.as_ref().as_str() {
            "flag" => Ok(Policy::Flag),
            "block" => Ok(Policy::Block),
            other => {
                let what = format!("conflicts.on_commit = \"{other}\": expected flag or block");
                Err(self.error(policy.span().start, what))
            }
        }
    }

    fn lifetimes(
        &self,
        raw: BTreeMap<Spanned<String>, u32>,
    ) -> Result<BTreeMap<Table, u32>, SettingsError> {
        let of_table = |(name, days): (Spanned<String>, u32)| {
            let table = Table::from_name(name.as_ref()).ok_or_else(|| {
                let names: Vec<&str> = Table::ALL.iter().map(|t| t.name()).collect();
                let what = format!(
                    "tombstones.tables.{}: expected one of {}",
                    name.as_ref(),
                    names.join(", ")
                );
                self.error(name.span().start, what)
            })?;
            Ok((table, days))
        };
        raw.into_iter().map(of_table).collect()
    }
}

/// The path with `/` between its parts, if it stays within the repository; else the
/// reason why it cannot be used.
fn inside(path: &str) -> Result<String, &'static str> {
    const OUTSIDE: &str = "expected a path below the top of the repository";
    let path = path.trim();
    if path.starts_with('/') {
        return Err(OUTSIDE);
    }
    let path = path.trim_end_matches('/');
    if path.is_empty() {
        return Err("empty; expected a path below the top of the repository");
    }
    if path.contains('\\') {
        return Err("`\\` cannot be in a path; folders are separated by `/`");
    }
    if path.contains(':') {
        return Err("`:` cannot be in a path");
    }
    // A line of .gitignore or .gitattributes is made from it, and it is shown.
    if path.chars().any(char::is_control) {
        return Err("a line end or another control character cannot be in a path");
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" => return Err("`//` cannot be in a path"),
            ".." => return Err(OUTSIDE),
            git if git.eq_ignore_ascii_case(".git") => return Err("`.git` is git's own folder"),
            git if is_dot_git(git) => {
                return Err("to some file systems that is `.git`, which is git's own folder");
            }
            part => parts.push(part),
        }
    }
    Ok(match parts.is_empty() {
        true => ".".to_owned(),
        false => parts.join("/"),
    })
}

#[cfg(test)]
mod tests;
