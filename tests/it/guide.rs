//! `docs/guide.md` is played from its first block to its last on real machines:
//! each command runs, and prints what the page shows.
//!
//! What the page's blocks mean:
//!
//! - `console`: `laptop$ …` runs in that machine's journal, `laptop:~$ …` in the
//!   folder named. What is shown is what it prints on stdout and stderr; `…` stands
//!   for anything, on a line of its own for any lines. Times and hashes need not
//!   agree. Git's own commands may show nothing. `console fails` holds a command
//!   that ends with another exit code than 0.
//! - `diff`: an edit of the file that the `+++` line names, `+++ laptop/PATH`.
//! - `cron`: what follows the five fields runs on the laptop.
//! - `sql`: a query of the laptop's database, which finds something.
//! - A block without a name is a drawing. An HTML comment `<!-- 100 days -->` lets time pass.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use palimpsest::journal::Settings;

use crate::sandbox::{Run, Sandbox};

/// A block of the page: its info string, and its lines.
struct Block<'p> {
    line: usize,
    info: &'p str,
    text: &'p str,
}

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide.md");
    fs::read_to_string(path).unwrap()
}

/// The blocks of the page, and the comments that let time pass.
fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let (mut at, mut line) = (0, 0);
    let mut open: Option<(usize, usize, &str)> = None;
    for text in page.split_inclusive('\n') {
        line += 1;
        at += text.len();
        let fence = text.strip_prefix("```");
        match (open, fence) {
            (None, Some(info)) => open = Some((line, at, info.trim())),
            (Some((line, from, info)), Some(_)) => {
                let text = &page[from..at - text.len()];
                found.push(Block { line, info, text });
                open = None;
            }
            (None, None) if text.starts_with("<!-- ") && text.contains(" days ") => {
                let info = "days";
                found.push(Block { line, info, text });
            }
            _ => {}
        }
    }
    found
}

/// The machines and remotes that the page speaks of.
struct Play {
    sandbox: Sandbox,
    wrong: Vec<String>,
}

impl Play {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        for remote in ["journal.git", "handbook.git", "diary.git"] {
            sandbox
                .run_in(sandbox.root(), "git", ["init", "-q", "--bare", remote])
                .ok();
        }
        let hosts = format!("url.{}/.insteadOf", sandbox.root().display());
        sandbox
            .run_in(
                sandbox.root(),
                "git",
                ["config", "--global", &hosts, "git@example.org:"],
            )
            .ok();
        Self {
            sandbox,
            wrong: Vec::new(),
        }
    }

    /// A machine's home folder, or one below it.
    fn folder(&self, machine: &str, folder: Option<&str>) -> PathBuf {
        let home = self.sandbox.root().join(machine);
        fs::create_dir_all(&home).unwrap();
        match folder {
            Some(folder) => home.join(folder.trim_start_matches('~').trim_start_matches('/')),
            None => home.join("journal"),
        }
    }

    fn run(&self, machine: &str, folder: Option<&str>, command: &str) -> Run {
        let dir = self.folder(machine, folder);
        let mut shell = self.sandbox.command(&dir, "sh");
        shell.args(["-c", &format!("exec 2>&1; {command}")]);
        shell.env("HOME", self.sandbox.root().join(machine));
        Run::of(shell)
    }

    fn block(&mut self, block: &Block<'_>) {
        let (kind, rest) = block.info.split_once(' ').unwrap_or((block.info, ""));
        match kind {
            "console" => self.console(block, rest == "fails"),
            "diff" => self.edit(block),
            "cron" => self.cron(block),
            "sql" => self.ask(block),
            "days" => {
                let days = block.text.split_whitespace().nth(1).unwrap();
                self.sandbox.pass_days(days.parse().unwrap());
            }
            // A drawing.
            "" => {}
            // Settings of a journal that is not this one.
            "toml" => {
                Settings::parse(block.text).unwrap();
            }
            _ => panic!("docs/guide.md:{}: a block of no known kind", block.line),
        }
    }

    fn console(&mut self, block: &Block<'_>, fails: bool) {
        let mut lines = block.text.lines().peekable();
        while let Some(line) = lines.next() {
            let (prompt, command) = line
                .split_once("$ ")
                .unwrap_or_else(|| panic!("docs/guide.md:{}: no prompt: {line}", block.line));
            let (machine, folder) = match prompt.split_once(':') {
                Some((machine, folder)) => (machine, Some(folder)),
                None => (prompt, None),
            };
            let mut shown = Vec::new();
            while let Some(line) = lines.next_if(|l| !is_prompt(l)) {
                shown.push(line);
            }
            let run = self.run(machine, folder, command);
            let silent = shown.is_empty() && command.starts_with("git ");
            if (run.code != 0) != fails || !silent && !agrees(&shown, &run.output()) {
                let at = format!("docs/guide.md:{}: {}", block.line, shown.join("\n"));
                self.wrong.push(format!("{at}\n{run}"));
            }
        }
    }

    /// Puts the `+` lines for the `-` lines; a file that is new has `+` lines alone.
    fn edit(&self, block: &Block<'_>) {
        let mut lines = block.text.lines();
        let file = lines.next().and_then(|l| l.strip_prefix("+++ "));
        let file = file.unwrap_or_else(|| panic!("docs/guide.md:{}: no file", block.line));
        // `laptop/…` is in the journal, `ada:~/…` in the folder named.
        let path = match file.split_once(':') {
            Some((machine, file)) => self.folder(machine, Some(file)),
            None => {
                let (machine, file) = file.split_once('/').unwrap();
                self.folder(machine, None).join(file)
            }
        };
        let (mut from, mut to) = (String::new(), String::new());
        for line in lines {
            let (sign, text) = line.split_at(1.min(line.len()));
            let text = format!("{text}\n");
            if sign != "+" {
                from.push_str(&text);
            }
            if sign != "-" {
                to.push_str(&text);
            }
        }
        let old = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            old.contains(&from) && (from.is_empty() == old.is_empty()),
            "docs/guide.md:{}: {file} is\n{old}",
            block.line
        );
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, old.replacen(&from, &to, 1)).unwrap();
    }

    fn cron(&self, block: &Block<'_>) {
        for line in block.text.lines().filter(|l| !l.starts_with('#')) {
            let fields: Vec<&str> = line.splitn(6, ' ').collect();
            self.run("laptop", Some("~"), fields[5]).ok();
        }
    }

    fn ask(&self, block: &Block<'_>) {
        let database = self.folder("laptop", None).join("data/palimpsest.db");
        let database = rusqlite::Connection::open(database).unwrap();
        let found = database
            .prepare(block.text)
            .and_then(|mut q| q.query([])?.next().map(|row| row.is_some()));
        let at = format!("docs/guide.md:{}", block.line);
        assert!(found.unwrap_or_else(|e| panic!("{at}: {e}")), "{at}: empty");
    }
}

fn is_prompt(line: &str) -> bool {
    line.split_once("$ ").is_some_and(|(prompt, _)| {
        !prompt.is_empty()
            && prompt
                .chars()
                .all(|c| c.is_alphanumeric() || ":~/".contains(c))
    })
}

/// Whether what a command printed is what is shown.
fn agrees(shown: &[&str], printed: &str) -> bool {
    let printed: Vec<String> = printed.trim_end().lines().map(settled).collect();
    let shown: Vec<String> = shown.iter().map(|l| settled(l)).collect();
    lines_agree(&shown, &printed)
}

fn lines_agree(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((any, rest)) if any == "…" => {
            (0..=printed.len()).any(|skipped| lines_agree(rest, &printed[skipped..]))
        }
        Some((line, rest)) => printed
            .split_first()
            .is_some_and(|(first, more)| line_agrees(line, first) && lines_agree(rest, more)),
    }
}

fn line_agrees(shown: &str, printed: &str) -> bool {
    let mut parts = shown.trim_end().split('…');
    let Some(mut left) = printed
        .trim_end()
        .strip_prefix(parts.next().unwrap_or_default())
    else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return left.is_empty();
    };
    for part in middle {
        match left.split_once(part) {
            Some((_, rest)) => left = rest,
            None => return false,
        }
    }
    left.ends_with(last)
}

/// Before 2.44 git does not tell a driver what it calls the two sides.
fn with_labels_of_this_git(page: &str) -> String {
    let sandbox = Sandbox::new();
    let (ours, theirs) = sandbox.repository("any").labels("as shown");
    let label = |line: &str| match line.get(..8) {
        Some("<<<<<<< ") => format!("<<<<<<< {ours}\n"),
        Some(">>>>>>> ") if theirs == "theirs" => format!(">>>>>>> {theirs}\n"),
        _ => format!("{line}\n"),
    };
    page.lines().map(label).collect()
}

/// A line with one word for all times and one for all hashes.
fn settled(line: &str) -> String {
    let word = |word: &str| {
        let hex = word.len() >= 7 && word.chars().all(|c| c.is_ascii_hexdigit());
        let time = word.len() == 20 && word.ends_with('Z') && word.contains('T');
        match (hex && word.contains(|c: char| c.is_ascii_digit()), time) {
            (true, _) => "HASH".to_owned(),
            (_, true) => "TIME".to_owned(),
            _ => word.to_owned(),
        }
    };
    line.split_inclusive([' ', '…', ']', '.', ','])
        .map(|piece| {
            let text = piece.trim_end_matches([' ', '…', ']', '.', ',']);
            word(text) + &piece[text.len()..]
        })
        .collect()
}

#[test]
fn every_block_does_what_it_says() {
    let page = with_labels_of_this_git(&page());
    let mut play = Play::new();
    let blocks = blocks(&page);
    assert!(blocks.len() > 40, "{}", blocks.len());
    for block in &blocks {
        play.block(block);
    }
    assert!(play.wrong.is_empty(), "{}", play.wrong.join("\n\n"));
}

#[test]
fn every_command_that_the_pages_name_is_one() {
    let sandbox = Sandbox::new();
    let plain = sandbox.folder("plain");
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = fs::read_dir(top.join("docs")).unwrap();
    let mut paths: Vec<PathBuf> = docs.map(|page| page.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "md"));
    assert!(paths.len() > 10, "{paths:?}");
    for page in ["README.md", "CONTRIBUTING.md", "SECURITY.md"] {
        paths.push(top.join(page));
    }
    let pages: Vec<String> = paths
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let lines = pages.iter().flat_map(|page| page.lines());
    let words = lines.flat_map(|l| l.split('`').skip(1).step_by(2));
    let commands: BTreeSet<&str> = words
        .filter(|w| {
            ["metadb ", "palimpsest ", "yaml2sql ", "wiki2sql "]
                .iter()
                .any(|name| w.starts_with(name))
        })
        // `…` stands for what is left out.
        .filter(|w| !w.contains('…'))
        .collect();
    assert!(commands.len() > 20, "{commands:?}");
    for command in commands {
        let command = format!("{command} --help");
        plain.run_with(&[], "sh", ["-c", &command]).ok();
    }
}

#[test]
fn what_is_shown_is_compared_line_by_line() {
    let agree = |shown: &str, printed: &str| {
        let shown: Vec<&str> = shown.lines().collect();
        agrees(&shown, printed)
    };
    assert!(agree("[main 1a2b3c4] Rain", "[main 99ff001] Rain\n"));
    assert!(agree("…\nRain", "one\ntwo\nRain\n"));
    assert!(agree("name_…_monthly", "name_2026_monthly"));
    assert!(agree("at 2026-01-05T09:00:00Z", "at 2027-02-06T10:01:00Z"));
    assert!(!agree("", "Rain"));
    assert!(!agree("Rain", "Rain\nSnow"));
    assert!(!agree("Alice …", "Bob 1"));
    assert!(!agree("Entry 2024-11-01", "Entry 2024-11-02"));
}
