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
    stamps: Vec<String>,
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
            let what = format!("{message}{}", places::section_of(&message));
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
            rules.insert(&stamp, Rule::Stamp);
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
mod tests {
    use super::*;

    #[test]
    fn nothing_set_is_the_default() {
        assert_eq!(Settings::parse(""), Ok(Settings::default()));
        assert_eq!(Settings::default().lifetime_days(Table::People), 90);
    }

    #[test]
    fn settings_in_conflict_are_called_so() {
        let text = "[paths]\n<<<<<<< HEAD\njournal = \"a\"\n=======\njournal = \"b\"\n>>>>>>> x\n";
        let error = Settings::parse(text).unwrap_err().to_string();
        assert!(
            error.contains(":2:1: conflict markers; edit the file"),
            "{error}"
        );
    }

    #[test]
    fn each_setting_is_read() {
        let settings = Settings::parse(
            "[paths]\njournal = \"diary/\"\n[merge]\nstamps = [\"saved\"]\n\
             [merge.fields]\ngear = \"sequence\"\n\"trip.stops\" = \"keyed list by place\"\n\
             [conflicts]\non_commit = \"block\"\n\
             [tombstones]\nlifetime_days = 30\ntables = { entry_people = 365 }\n",
        )
        .unwrap();
        assert_eq!(settings.layout.journal, "diary");
        assert_eq!(settings.layout.wiki, "wiki/entries");
        assert_eq!(settings.rules.named(&["saved".into()]), Some(&Rule::Stamp));
        assert_eq!(
            settings.rules.named(&["gear".into()]),
            Some(&Rule::Sequence)
        );
        assert_eq!(settings.on_commit, Policy::Block);
        assert_eq!(settings.lifetime_days(Table::People), 365);
        assert_eq!(settings.lifetime_days(Table::Tags), 30);
    }

    #[test]
    fn a_wrong_setting_is_named_with_its_place() {
        for (text, message) in [
            (
                "[merge.fields]\ntags = \"union\"\n",
                "palimpsest.toml:2:8: merge.fields.tags = \"union\"",
            ),
            (
                "[merge.fields]\ngear = \"keyed list by \"\n",
                "palimpsest.toml:2:8: merge.fields.gear = \"keyed list by \"",
            ),
            (
                "[merge.fields]\ngear = \"keyed list by a,,b\"\n",
                "palimpsest.toml:2:8: merge.fields.gear = \"keyed list by a,,b\"",
            ),
            (
                "[conflicts]\non_commit = \"stop\"\n",
                "palimpsest.toml:2:13: conflicts.on_commit = \"stop\"",
            ),
            ("[path]\n", "palimpsest.toml:1:2: unknown field `path`"),
            (
                "[paths]\njournal = \"../elsewhere\"\n",
                "palimpsest.toml:2:11: paths.journal = \"../elsewhere\": expected a path below",
            ),
            (
                "[paths]\njournal = \"my:diary/md\"\n",
                "palimpsest.toml:2:11: paths.journal = \"my:diary/md\": `:` cannot be in a path",
            ),
            (
                "[paths]\ndatabase = \"data/.GIT/hooks/post-commit\"\n",
                "palimpsest.toml:2:12: paths.database = \"data/.GIT/hooks/post-commit\"",
            ),
            (
                "[paths]\njournal = 3\n",
                "palimpsest.toml:2:11: invalid type",
            ),
            (
                "[tombstones.tables]\nentry_dogs = 3\n",
                "palimpsest.toml:2:1: tombstones.tables.entry_dogs",
            ),
            ("a b\n", "palimpsest.toml:1:"),
        ] {
            let error = Settings::parse(text).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_not_utf8_has_its_place_in_the_error() {
        let error = Settings::of_file(b"[paths]\njournal = \"B\xfccher\"\n").unwrap_err();
        let message = "palimpsest.toml:2:13: a byte that is not UTF-8";
        assert!(error.to_string().starts_with(message), "{error}");
    }

    #[test]
    fn a_path_is_refused_for_its_own_reason() {
        for (path, expected) in [
            ("diary/", Ok("diary")),
            ("./diary/./md", Ok("diary/md")),
            (".", Ok(".")),
            ("./", Ok(".")),
            ("", Err("empty")),
            ("/", Err("below the top")),
            ("/tmp", Err("below the top")),
            ("diary/../..", Err("below the top")),
            ("a\\b", Err("`\\`")),
            ("my:diary/md", Err("`:`")),
            ("a\0b", Err("control character")),
            ("data/x\n*.py", Err("a line end")),
            ("data/\u{9b}31m", Err("control character")),
            ("a//b", Err("`//`")),
            ("data/.git/hooks", Err("`.git` is git's own folder")),
            ("data/.GIT/hooks", Err("`.git` is git's own folder")),
            ("GIT~1/config", Err("to some file systems that is `.git`")),
            (".git./config", Err("git's own folder")),
            (".git /config", Err("git's own folder")),
            (".g\u{200c}it/config", Err("git's own folder")),
        ] {
            match (inside(path), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(why), Err(part)) if why.contains(part) => {}
                (found, _) => panic!("{path:?}: {found:?}"),
            }
        }
    }
}
