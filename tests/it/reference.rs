//! `docs/cli.md` holds the help of every command, word for word.
//! `BLESS=1 cargo test reference` writes it anew. It has every variable of the
//! environment, `docs/settings.md` every setting with its default, and
//! `docs/journal-format.md` the values that are known.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use palimpsest::journal::{Entry, EntryDate, Settings, Table};

use crate::harness::rust_files;
use crate::sandbox::{Machine, Sandbox};

const MARK: &str = "<!-- The rest is the program's own help; see tests/it/reference.rs. -->\n";

/// The help of a command and of all below it.
fn describe(machine: &Machine, command: &[&str], into: &mut String) {
    let mut args = command.to_vec();
    args.push("--help");
    let help = machine.palimpsest(&args).ok().stdout;
    let mut title = command.join(" ");
    // These are programs of their own to whoever types them.
    if !matches!(command, ["metadb" | "yaml2sql" | "wiki2sql", ..]) {
        title.insert_str(0, "palimpsest ");
    }
    let title = title.trim_end();
    let _ = write!(into, "\n## {title}\n\n```text\n{}\n```\n", help.trim_end());
    let names = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        // Deeper lines go on with a description.
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    for name in names {
        describe(machine, &[command, &[name]].concat(), into);
    }
}

#[test]
fn says_what_the_program_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (words, _) = text.split_once(MARK).expect("the mark in docs/cli.md");
    let sandbox = Sandbox::new();
    let mut expected = format!("{words}{MARK}");
    describe(&sandbox.folder("plain"), &[], &mut expected);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
        return;
    }
    assert!(
        expected == text,
        "docs/cli.md is behind: BLESS=1 cargo test reference"
    );
}

/// A page of the documentation.
pub fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// What stands between backticks in a text.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The first two cells of the rows below the line that begins so.
pub fn rows<'p>(page: &'p str, head: &str) -> Vec<(&'p str, &'p str)> {
    let rows = page.lines().skip_while(|l| !l.starts_with(head)).skip(2);
    let rows = rows.take_while(|l| l.starts_with('|'));
    rows.map(|row| {
        let mut cells = row.split('|').map(str::trim).skip(1);
        (cells.next().unwrap(), cells.next().unwrap())
    })
    .collect()
}

/// The keys that the settings know, as their own message about an unknown one has them.
fn known_keys(section: Option<&str>) -> Vec<String> {
    let text = match section {
        Some(name) => format!("[{name}]\nno_such_key = 1\n"),
        None => "[no_such_key]\n".to_owned(),
    };
    let said = Settings::parse(&text).unwrap_err().to_string();
    let (_, keys) = said.split_once("expected ").expect(&said);
    let keys = quoted(keys);
    keys.into_iter().map(str::to_owned).collect()
}

#[test]
fn every_setting_is_described_with_its_default() {
    let page = page("settings.md");
    let described = rows(&page, "| key | default");
    let mut keys = BTreeSet::new();
    for section in known_keys(None) {
        for key in known_keys(Some(&section)) {
            keys.insert(format!("{section}.{key}"));
        }
    }
    let named: BTreeSet<String> = described.iter().map(|(k, _)| quoted(k)[0].into()).collect();
    assert_eq!(named, keys);

    let unset = Settings::default();
    for (key, default) in described {
        let (key, default) = (quoted(key)[0], quoted(default)[0]);
        let set = Settings::parse(&format!("{key} = {default}\n")).unwrap();
        assert_eq!(set.layout, unset.layout, "{key}");
        assert_eq!(set.rules, unset.rules, "{key}");
        assert_eq!(set.on_commit, unset.on_commit, "{key}");
        for table in Table::ALL {
            assert_eq!(
                set.lifetime_days(table),
                unset.lifetime_days(table),
                "{key}"
            );
        }
    }
}

#[test]
fn the_settings_that_are_shown_can_be_set() {
    let page = page("settings.md");
    let shown = page.split("```toml\n").nth(1).unwrap();
    let shown = shown.split("```").next().unwrap();
    Settings::parse(shown).unwrap();
    for (key, _) in rows(&page, "| key | default") {
        let name = quoted(key)[0].rsplit('.').next().unwrap();
        assert!(shown.contains(name), "{name} is not in the example");
    }
    let list = |of: &str| page.lines().find(|l| l.starts_with(of)).unwrap();
    let tables = Table::ALL.map(Table::name);
    assert_eq!(quoted(list("- **Tables**")), tables);
    let wrong = "merge.fields.x = \"no such rule\"\n";
    let said = Settings::parse(wrong).unwrap_err().to_string();
    let (_, rules) = said.split_once("expected ").unwrap();
    let rules = rules.replace(" or ", ", ");
    let rules: Vec<&str> = rules.split(", ").collect();
    assert_eq!(quoted(list("- **Rules**"))[..rules.len()], rules);
}

#[test]
fn every_value_that_is_known_is_in_the_format() {
    let date = EntryDate::from_path("2024-11-01.md").unwrap();
    let warnings = |fields: &str| {
        let text = format!("---\ndate: 2024-11-01\n{fields}\n---\n");
        let entry = Entry::read(date, text.as_bytes()).unwrap();
        let said = entry.warnings.iter().map(ToString::to_string);
        said.collect::<Vec<_>>().join("\n")
    };
    let page = page("journal-format.md");
    let described = rows(&page, "| value | is one of");
    assert_eq!(described.len(), 3);
    for (what, values) in described {
        let field = |value: &str| match quoted(what)[0] {
            "mode" => format!("references: [{{content: x, mode: {value}}}]"),
            "type" => format!("references: [{{content: x, source: {{type: {value}}}}}]"),
            "status" => format!("manuscript: {{status: {value}}}"),
            other => panic!("{other}"),
        };
        let values = values.split(';').next().unwrap();
        let said = warnings(&field("none-of-these"));
        let (_, known) = said.split_once("expected one of ").unwrap();
        assert_eq!(quoted(values).join(", "), known, "{what}");
    }
    // The examples are read without a complaint, but for the alias that nobody has.
    let examples = page.split("```yaml\n").skip(1);
    let examples: Vec<&str> = examples.map(|e| e.split("```").next().unwrap()).collect();
    assert!(examples.len() > 4, "{}", examples.len());
    for example in examples {
        // One way to write `locations`, and another.
        for fields in example.split("locations:                  ") {
            if fields.starts_with("  ") {
                let under = fields.split_once('\n').unwrap().1;
                assert_eq!(warnings(&format!("locations:\n{under}")), "");
            } else {
                assert_eq!(warnings(fields), "", "{fields}");
            }
        }
    }
}

#[test]
fn every_variable_of_the_environment_is_described() {
    let mut read = BTreeSet::new();
    for file in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(file).unwrap();
        let words = text.split('"').filter(|w| {
            let mut letters = w.chars();
            w.starts_with("PALIMPSEST") && letters.all(|c| c.is_ascii_uppercase() || c == '_')
        });
        read.extend(words.map(str::to_owned));
    }
    assert!(read.len() > 2, "{read:?}");
    let page = page("cli.md");
    let described: BTreeSet<String> = rows(&page, "| variable")
        .iter()
        .map(|(name, _)| quoted(name)[0].split('=').next().unwrap().to_owned())
        .filter(|name| name.starts_with("PALIMPSEST"))
        .collect();
    assert_eq!(described, read);
}

/// A heading's anchor, as forges make it.
fn anchor(heading: &str) -> String {
    let letters = heading.to_lowercase();
    let letters = letters
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    letters.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The lines of a page that are no code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    page.lines().filter(move |line| {
        let fence = line.starts_with("```");
        inside ^= fence;
        !inside && !fence
    })
}

#[test]
fn every_link_between_the_pages_leads_somewhere() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(top.join("docs")).unwrap();
    let mut pages: Vec<PathBuf> = docs.map(|d| d.unwrap().path()).collect();
    let roots = [
        "README.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
    ];
    pages.extend(roots.map(|name| top.join(name)));
    let mut links = 0;
    for path in pages {
        let page = fs::read_to_string(&path).unwrap();
        for line in prose(&page) {
            for link in line.split("](").skip(1) {
                let link = link.split(')').next().unwrap();
                if link.contains("://") {
                    continue;
                }
                links += 1;
                let (file, name) = link.split_once('#').unwrap_or((link, ""));
                let target = match file {
                    "" => path.clone(),
                    file => path.parent().unwrap().join(file),
                };
                assert!(target.exists(), "{}: {link}", path.display());
                if !name.is_empty() {
                    let there = fs::read_to_string(&target).unwrap();
                    let headings = prose(&there).filter(|l| l.starts_with('#'));
                    let mut anchors = headings.map(|h| anchor(h.trim_start_matches('#').trim()));
                    assert!(
                        anchors.any(|a| a == name),
                        "{}: {link}: no such heading",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(links > 50, "{links}");
}
