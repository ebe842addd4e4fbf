//! One person's repository on one machine.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use palimpsest::ledger::{self, Ledger, State, Tombstone};

use super::{Run, Sandbox, Terminal};

/// A folder of the sandbox, mostly a clone, and what a person does there.
#[derive(Debug, Clone)]
pub struct Machine<'a> {
    sandbox: &'a Sandbox,
    dir: PathBuf,
}

impl<'a> Machine<'a> {
    pub(super) fn new(sandbox: &'a Sandbox, name: &str) -> Self {
        Self {
            sandbox,
            dir: sandbox.root().join(name),
        }
    }

    /// Gives the machine its name. The mark of its clone is no dice here, so that ids
    /// are the same in each run; setting it takes no time.
    pub(super) fn named(&self, name: &str) {
        self.git(["config", "palimpsest.machine", name]).ok();
        let mut config = fs::OpenOptions::new();
        let mut config = config.append(true).open(self.path(".git/config")).unwrap();
        writeln!(config, "[palimpsest]\n\tclone = {name}").unwrap();
    }

    /// The top of the work tree.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// An absolute path of a file here.
    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    /// The same repository, seen from a folder in it.
    pub fn inside(&self, folder: &str) -> Self {
        Self {
            sandbox: self.sandbox,
            dir: self.dir.join(folder),
        }
    }

    /// Writes a file, with the folders that it needs.
    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Writes the entry of a date: the frontmatter's `date` and these lines, and a body.
    pub fn write_entry(&self, date: &str, fields: &str, body: &str) {
        let fields = fields.trim_end();
        let fields = if fields.is_empty() {
            String::new()
        } else {
            format!("{fields}\n")
        };
        self.write(
            &entry(date),
            format!("---\ndate: {date}\n{fields}---\n{body}"),
        );
    }

    /// A file's text.
    #[track_caller]
    pub fn read(&self, file: &str) -> String {
        let path = self.path(file);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// The text of the entry of a date.
    #[track_caller]
    pub fn read_entry(&self, date: &str) -> String {
        self.read(&entry(date))
    }

    /// The rows of a year's ledger in the work tree.
    #[track_caller]
    pub fn ledger(&self, year: u16) -> Ledger {
        ledger::parse(self.read(&ledger_of(year)).as_bytes())
    }

    /// The rows of a year's ledger in a commit.
    #[track_caller]
    pub fn ledger_at(&self, revision: &str, year: u16) -> Ledger {
        let file = format!("{revision}:{}", ledger_of(year));
        ledger::parse(self.git(["show", &file]).ok().stdout.as_bytes())
    }

    /// Puts `to` for `from`, which must be there, in a file.
    #[track_caller]
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "no `{from}` in {file}:\n{text}");
        self.write(file, text.replacen(from, to, 1));
    }

    /// The same, in the entry of a date.
    #[track_caller]
    pub fn edit_entry(&self, date: &str, from: &str, to: &str) {
        self.edit(&entry(date), from, to);
    }

    pub fn exists(&self, file: &str) -> bool {
        self.path(file).exists()
    }

    /// Makes the new files of a folder look as if they were written long ago, each at
    /// another time: a file of this moment is read again anyway, and hides what is not
    /// noticed.
    pub fn age(&self, folder: &str) {
        self.age_below(&self.path(folder));
    }

    fn age_below(&self, folder: &Path) {
        for file in fs::read_dir(folder).into_iter().flatten().flatten() {
            if file.path().is_dir() {
                self.age_below(&file.path());
                continue;
            }
            let modified = file.metadata().unwrap().modified().unwrap();
            if modified.elapsed().unwrap_or_default().as_secs() < 3600 {
                let aged = self.sandbox.aged.get() + 1;
                self.sandbox.aged.set(aged);
                let then = UNIX_EPOCH + Duration::from_millis(1_600_000_000_001 + aged * 1000);
                let file = fs::File::open(file.path()).unwrap();
                file.set_modified(then).unwrap();
            }
        }
    }

    /// Removes a file.
    #[track_caller]
    pub fn remove(&self, file: &str) {
        fs::remove_file(self.path(file)).unwrap();
    }

    #[track_caller]
    pub fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.sandbox.run_in(&self.dir, "git", args)
    }

    #[track_caller]
    pub fn palimpsest<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.sandbox.run_in(&self.dir, "palimpsest", args)
    }

    #[track_caller]
    pub fn metadb<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.sandbox.run_in(&self.dir, "metadb", args)
    }

    #[track_caller]
    pub fn yaml2sql<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.sandbox.run_in(&self.dir, "yaml2sql", args)
    }

    #[track_caller]
    pub fn wiki2sql<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Run {
        self.sandbox.run_in(&self.dir, "wiki2sql", args)
    }

    /// Runs a program with variables added to the sandbox's environment.
    #[track_caller]
    pub fn run_with<A: AsRef<OsStr>>(
        &self,
        env: &[(&str, &str)],
        program: &str,
        args: impl IntoIterator<Item = A>,
    ) -> Run {
        let mut command = self.sandbox.command(&self.dir, program);
        command.args(args).envs(env.iter().copied());
        Run::of(command)
    }

    /// Starts `palimpsest` at a terminal.
    #[track_caller]
    pub fn at_terminal<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Terminal {
        let mut command = self.sandbox.command(&self.dir, "palimpsest");
        command.args(args);
        Terminal::start(command)
    }

    /// Adds everything and commits it.
    #[track_caller]
    pub fn commit(&self, message: &str) -> Run {
        self.git(["add", "-A"]).ok();
        self.git(["commit", "-q", "-m", message]).ok()
    }

    #[track_caller]
    pub fn push(&self) -> Run {
        self.git(["push", "-q", "-u", "origin", "HEAD"]).ok()
    }

    #[track_caller]
    pub fn pull(&self) -> Run {
        self.git(["pull"]).ok()
    }

    /// What a driver calls the sides of a merge of `theirs`: as git does from 2.44
    /// on; before that git does not tell it.
    pub fn labels<'t>(&self, theirs: &'t str) -> (&'static str, &'t str) {
        let version = self.git(["version"]).ok().stdout;
        let mut numbers = version
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|n| n.parse::<u32>().ok());
        if (numbers.next(), numbers.next()) >= (Some(2), Some(44)) {
            ("HEAD", theirs)
        } else {
            ("ours", "theirs")
        }
    }

    /// The object id of a revision.
    #[track_caller]
    pub fn oid(&self, revision: &str) -> String {
        self.git(["rev-parse", "--verify", "-q", revision])
            .ok()
            .text()
            .to_owned()
    }

    /// `git status --porcelain` is empty, and so was for the ledger what git can tell
    /// without looking at the files, as its scripts ask: `git status` looks at them.
    #[track_caller]
    pub fn assert_clean(&self) {
        let unseen = self.git(["diff-files", "--name-only", "--", "data/ledger"]);
        let unseen = unseen.ok();
        // A look takes no time.
        self.sandbox.now.set(self.sandbox.now.get() - 60);
        assert!(
            unseen.stdout.is_empty(),
            "the index does not have the stat of {}",
            unseen.stdout
        );
        let status = self.git(["status", "--porcelain"]).ok();
        assert!(
            status.stdout.is_empty(),
            "git status is not clean in {}:\n{}{}",
            self.dir.display(),
            status.stdout,
            self.git(["diff", "HEAD"]).stdout
        );
    }
}

/// The default path of the entry of a date.
pub fn entry(date: &str) -> String {
    format!("journal/md/{}/{date}.md", &date[..4])
}

fn ledger_of(year: u16) -> String {
    format!("data/ledger/{year}.jsonl")
}

/// The removals of an item, of any entry and association.
pub fn removals<'l>(ledger: &'l Ledger, item: &str) -> Vec<&'l Tombstone> {
    let rows = ledger.tombstones.iter();
    let rows = rows.filter(|(key, _)| key.item.as_str() == item);
    rows.map(|(_, row)| row).collect()
}

/// How many removals and deletions hold.
pub fn active(ledger: &Ledger) -> usize {
    let removals = ledger.tombstones.values().map(|row| &row.state);
    let deletions = ledger.deletions.values().map(|row| &row.state);
    removals.chain(deletions).filter(|s| s.is_active()).count()
}

/// How a removal was taken back.
pub fn how(row: &Tombstone) -> Option<&str> {
    match &row.state {
        State::Active => None,
        State::Restored(restored) => Some(&restored.how),
    }
}
