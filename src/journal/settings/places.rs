//! Paths of the settings that clash with each other, or with a file that is not part of
//! the journal.

use super::FILE;
use crate::journal::layout::Layout;

/// A setting's key, and what is wrong with its path.
pub(super) type Clash = (&'static str, String);

/// Files at the top that git or this program reads.
const TAKEN: [&str; 4] = [FILE, ".gitattributes", ".gitignore", ".gitmodules"];

/// The first of the paths that cannot be used.
pub(super) fn clash(layout: &Layout) -> Option<Clash> {
    let journal = ("paths.journal", &layout.journal, "the journal's folder");
    let wiki = ("paths.wiki", &layout.wiki, "the wiki's folder");
    let ledger = ("paths.ledger", &layout.ledger, "the ledger's folder");
    let database = &layout.database;
    let of_its_own = |key, path: &str, what: String| {
        let what = format!("{key} = \"{path}\": {what}; expected a path of its own");
        Some((key, what))
    };
    for (key, folder, _) in [journal, wiki, ledger] {
        if let Some(file) = TAKEN.iter().find(|file| is_in(folder, file)) {
            return of_its_own(key, folder, format!("{file} is a file"));
        }
    }
    let key = "paths.database";
    // Files beside the database, and the line in .gitignore, begin with its name.
    let folders = [journal, wiki, ledger].map(|(_, path, name)| (path.as_str(), name));
    let files = TAKEN.map(|file| (file, file));
    for (path, name) in folders.into_iter().chain(files) {
        if begins(path, database) {
            return of_its_own(key, database, format!("the path of {name} begins with it"));
        }
        let ending = match name == ledger.2 {
            true => ".jsonl",
            false => ".md",
        };
        if is_in(database, path) && ends(database, ending) {
            return of_its_own(key, database, format!("in {name}, with its files' ending"));
        }
    }
    None
}

/// Advice for a key that stands outside its section: the section's line may still be a
/// comment.
pub(super) fn section_of(message: &str) -> String {
    let unknown = message.strip_prefix("unknown field `");
    let key = unknown.and_then(|rest| rest.split('`').next());
    let section = match key {
        Some("journal" | "wiki" | "ledger" | "database") => "paths",
        Some("stamps" | "fields") => "merge",
        Some("on_commit") => "conflicts",
        Some("lifetime_days" | "tables") => "tombstones",
        _ => return String::new(),
    };
    let key = key.unwrap_or_default();
    format!("; `{key}` goes below a line [{section}]: take the # from that line, too")
}

/// A message about a value of another type than the setting takes, in words for people.
pub(super) fn in_words(message: &str) -> String {
    if let Some(found) = message.strip_suffix("u32") {
        format!("{found}a number of days from 0 to {}", u32::MAX)
    } else if let Some(found) = message.strip_suffix("a sequence") {
        format!("{found}a list, such as [\"saved\"]")
    } else if message == "invalid type: map, expected a string" {
        format!("{message}; a name with dots stands in quotes, such as \"trip.stops\"")
    } else {
        message.to_owned()
    }
}

/// Whether two paths are the same to a file system that ignores case.
fn is_same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// Whether `path` is `folder` or below it.
fn is_in(path: &str, folder: &str) -> bool {
    folder == "." || is_same(path, folder) || begins(path, &format!("{folder}/"))
}

fn begins(path: &str, with: &str) -> bool {
    path.to_lowercase().starts_with(&with.to_lowercase())
}

fn ends(path: &str, with: &str) -> bool {
    path.to_lowercase().ends_with(with)
}

#[cfg(test)]
mod tests {
    use crate::journal::Settings;

    #[test]
    fn a_path_that_is_taken_is_named_with_its_place() {
        for (text, message) in [
            (
                "database = \"journal/md/2024/2024-11-01.md\"",
                "2:12: paths.database = \"journal/md/2024/2024-11-01.md\": in the journal's \
                 folder, with its files' ending",
            ),
            (
                "database = \"./Journal/./md//x.MD\"",
                "2:12: paths.database",
            ),
            ("database = \"wiki/entries/x.md\"", "2:12: paths.database"),
            (
                "database = \"data/ledger/2024.jsonl\"",
                "2:12: paths.database",
            ),
            ("database = \"palimpsest.toml\"", "2:12: paths.database"),
            ("database = \".gitattributes\"", "2:12: paths.database"),
            ("database = \".gitignore\"", "2:12: paths.database"),
            ("database = \".git/x\"", "2:12: paths.database"),
            ("database = \"journal\"", "2:12: paths.database"),
            ("database = \"data/l\"", "2:12: paths.database"),
            ("database = \".\"", "2:12: paths.database"),
            (
                "journal = \".\"\ndatabase = \"README.md\"",
                "3:12: paths.database",
            ),
            ("ledger = \"palimpsest.toml\"", "2:10: paths.ledger"),
            ("journal = \".gitignore/md\"", "2:11: paths.journal"),
        ] {
            let error = Settings::parse(&format!("[paths]\n{text}\n")).unwrap_err();
            let message = format!("palimpsest.toml:{message}");
            assert!(error.to_string().starts_with(&message), "{text}: {error}");
        }
    }

    #[test]
    fn a_key_without_its_section_is_said_to_need_it() {
        for (text, section) in [
            (
                "journal = \"diary\"\n",
                "`journal` goes below a line [paths]",
            ),
            ("stamps = []\n", "`stamps` goes below a line [merge]"),
            ("on_commit = \"block\"\n", "[conflicts]"),
            ("lifetime_days = 3\n", "[tombstones]"),
        ] {
            let error = Settings::parse(text).unwrap_err().to_string();
            assert!(error.starts_with("palimpsest.toml:1:1: unknown field `"));
            assert!(error.contains(section), "{error}");
        }
    }

    #[test]
    fn a_value_of_another_type_is_said_in_words() {
        for (text, said) in [
            (
                "[merge.fields]\ntrip.stops = \"set\"\n",
                "2:1: invalid type: map, expected a string; a name with dots stands in quotes, \
                 such as \"trip.stops\"",
            ),
            (
                "[merge]\nstamps = \"saved\"\n",
                "2:10: invalid type: string \"saved\", expected a list, such as [\"saved\"]",
            ),
            (
                "[tombstones]\nlifetime_days = -1\n",
                "2:17: invalid value: integer `-1`, expected a number of days from 0 to 4294967295",
            ),
        ] {
            let error = Settings::parse(text).unwrap_err().to_string();
            assert_eq!(error, format!("palimpsest.toml:{said}"));
        }
        let quoted = Settings::parse("[merge.fields]\n\"trip.stops\" = \"set\"\n");
        assert!(quoted.is_ok(), "{quoted:?}");
    }

    #[test]
    fn folders_may_hold_each_other_and_the_database() {
        for text in [
            "journal = \".\"",
            "wiki = \"journal/md\"",
            "wiki = \"journal/md/wiki\"",
            "ledger = \"journal/md/ledger\"",
            "ledger = \"journal/md\"",
            "ledger = \"data\"\nwiki = \"data/wiki\"\ndatabase = \"index.db\"",
            "database = \"journal/md/index.db\"",
            "database = \"data/ledger.db\"",
        ] {
            let settings = Settings::parse(&format!("[paths]\n{text}\n"));
            assert!(settings.is_ok(), "{text}: {settings:?}");
        }
    }
}
