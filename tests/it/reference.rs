//! `docs/cli.md` holds the help of every command, word for word.
//! `BLESS=1 cargo test reference` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

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
