//! Machines that do what they are told, and a script of all of it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use super::model::{How, Item, Model};
use super::op::Plan;
use super::written::Draft;
use crate::sandbox::{Machine, Run, Sandbox};

/// What did not hold: the sort of it, which shrinking keeps, and all about it.
#[derive(Debug, Clone)]
pub struct Failure {
    pub what: String,
    pub detail: String,
}

pub type Outcome<T = ()> = Result<T, Failure>;

pub fn fail<T>(what: &str, detail: impl std::fmt::Display) -> Outcome<T> {
    Err(Failure {
        what: what.to_owned(),
        detail: detail.to_string(),
    })
}

/// One machine.
pub struct Desk<'a> {
    pub name: String,
    pub machine: Machine<'a>,
    /// Whether `palimpsest init` was run.
    pub hooks: bool,
    /// What was edited and not committed, by path.
    pub dirty: BTreeMap<String, Draft>,
    /// Whether git puts drafts aside and back, maybe into files that moved.
    pub autostash: bool,
    pub sparse: bool,
    /// By how many days the clock goes wrong.
    skew: i64,
    /// What rebases here kept out and their commits do not hold, by removal.
    pub noted: BTreeSet<(Item, String, git2::Oid)>,
    pub repo: git2::Repository,
    /// What `git status` named, if nothing was done here since.
    judged: RefCell<Option<BTreeSet<String>>>,
}

impl Desk<'_> {
    /// Has `git status` asked again.
    pub fn forget(&self) {
        self.judged.take();
    }
}

pub struct World<'a> {
    pub sandbox: &'a Sandbox,
    pub desks: Vec<Desk<'a>>,
    /// Looked into, and written by the machines' pushes alone.
    pub remote: git2::Repository,
    pub model: Model,
    script: RefCell<Vec<String>>,
    /// How many files were made to look older.
    aged: Cell<u64>,
}

/// The first days of 2025: older than any time that a test can be run at.
const OLD: Duration = Duration::from_secs(1_735_700_000);

const NAMES: [&str; 5] = ["laptop", "desktop", "tablet", "attic", "office"];

impl<'a> World<'a> {
    /// Machines with the same journal.
    pub fn new(sandbox: &'a Sandbox, plan: &Plan, entries: &[(String, String)]) -> Outcome<Self> {
        let mut world = Self {
            sandbox,
            desks: Vec::new(),
            remote: git2::Repository::open(sandbox.root().join("remote.git")).unwrap(),
            model: Model::default(),
            script: RefCell::new(Vec::new()),
            aged: Cell::new(0),
        };
        // Machines may have one name: only their clones differ then.
        for (number, name) in NAMES.iter().take(plan.machines).enumerate() {
            let hooks = !(plan.phone && number + 1 == plan.machines);
            let name = if hooks { name } else { "phone" };
            world.say(format!("git clone -q remote.git {name}"));
            world.say(format!("git -C {name} config palimpsest.machine {name}"));
            let machine = sandbox.machine(name);
            if plan.alike {
                let key = "palimpsest.machine";
                world.say(format!("git -C {name} config {key} journal"));
                machine.git(["config", key, "journal"]).ok();
            }
            let repo = git2::Repository::open(machine.dir());
            world.desks.push(Desk {
                name: name.to_owned(),
                repo: repo.unwrap(),
                machine,
                hooks,
                dirty: BTreeMap::new(),
                autostash: false,
                sparse: false,
                skew: plan.skew[number],
                noted: BTreeSet::new(),
                judged: RefCell::new(None),
            });
            if number == 0 {
                for (path, text) in entries {
                    world.write(0, path, text);
                }
            }
            if hooks {
                world.run(number, "palimpsest", &["init"], &[0])?;
            }
            if number == 0 {
                world.git(0, &["add", "-A"])?;
                world.git(0, &["commit", "-q", "-m", "Begin"])?;
                world.git(0, &["push", "-q", "-u", "origin", "HEAD"])?;
                world.desks[0].dirty.clear();
                world.learn(0, &How::ordinary("laptop"))?;
            }
            world.clean(number)?;
        }
        Ok(world)
    }

    fn say(&self, line: String) {
        self.script.borrow_mut().push(line);
    }

    /// Runs a command that must end in one of these ways.
    pub fn run(&self, at: usize, program: &str, args: &[&str], codes: &[i32]) -> Outcome<Run> {
        let desk = &self.desks[at];
        desk.judged.take();
        let mut command = self.sandbox.command(desk.machine.dir(), program);
        let now = self.sandbox.now_there(desk.skew);
        for name in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE", "PALIMPSEST_NOW"] {
            command.env(name, &now);
        }
        command.args(args);
        let run = Run::of(command);
        let words: Vec<String> = args.iter().map(|a| word(a)).collect();
        let told = match run.code {
            0 => String::new(),
            code => format!("  # exit {code}"),
        };
        self.say(format!(
            "at {now} {} {program} {}{told}",
            desk.name,
            words.join(" ")
        ));
        if !codes.contains(&run.code) {
            return fail("an exit code that nobody expects", run);
        }
        if run.output().contains("panicked") {
            return fail("a panic", run);
        }
        Ok(run)
    }

    /// Runs a git command that must succeed.
    pub fn git(&self, at: usize, args: &[&str]) -> Outcome<Run> {
        self.run(at, "git", args, &[0])
    }

    /// Asks git something, which is no part of the history.
    pub fn ask(&self, at: usize, args: &[&str]) -> Run {
        self.desks[at].machine.git(args)
    }

    /// Writes a file, with the line ends that it has.
    pub fn write(&mut self, at: usize, path: &str, text: &str) {
        let crlf = self.has_crlf(at, path);
        self.write_with(at, path, text, crlf);
    }

    pub fn has_crlf(&self, at: usize, path: &str) -> bool {
        let file = self.desks[at].machine.path(path);
        std::fs::read(file).is_ok_and(|b| b.contains(&b'\r'))
    }

    /// Writes a file, with CRLF or LF.
    pub fn write_with(&mut self, at: usize, path: &str, text: &str, crlf: bool) {
        let desk = &mut self.desks[at];
        desk.judged.take();
        let bytes = match crlf {
            true => text.replace('\n', "\r\n").into_bytes(),
            false => text.as_bytes().to_vec(),
        };
        desk.machine.write(path, &bytes);
        // Of a ledger a hook makes what it must be.
        let draft = match path.starts_with("data/") {
            true => Draft::Merged,
            false => Draft::Written(bytes),
        };
        desk.dirty.insert(path.to_owned(), draft);
        let place = format!("{}/{path}", desk.name);
        let end = if text.ends_with('\n') { "" } else { "\n" };
        self.say(format!(
            "put {place} <<'END_OF_FILE'\n{text}{end}END_OF_FILE"
        ));
        if crlf {
            self.say(format!("sed -i 's/$/\\r/' {place}"));
        }
    }

    /// Removes a file.
    pub fn remove(&mut self, at: usize, path: &str) {
        let desk = &mut self.desks[at];
        desk.judged.take();
        desk.machine.remove(path);
        desk.dirty.insert(path.to_owned(), Draft::Removed);
        let line = format!("rm {}/{path}", desk.name);
        self.say(line);
    }

    pub fn exists(&self, at: usize, path: &str) -> bool {
        self.desks[at].machine.exists(path)
    }

    /// A file's text, with LF.
    pub fn read(&self, at: usize, path: &str) -> String {
        self.desks[at].machine.read(path).replace("\r\n", "\n")
    }

    pub fn oid(&self, at: usize, revision: &str) -> Option<git2::Oid> {
        let object = self.desks[at].repo.revparse_single(revision).ok()?;
        object.peel_to_commit().ok().map(|c| c.id())
    }

    pub fn head(&self, at: usize) -> git2::Oid {
        self.oid(at, "HEAD").unwrap()
    }

    /// Takes in the commit that HEAD is, and judges it.
    pub fn learn(&mut self, at: usize, how: &How) -> Outcome {
        let head = self.head(at);
        self.learn_commit(at, head, how)?;
        self.store_noted(at, how);
        Ok(())
    }

    pub fn learn_commit(&mut self, at: usize, commit: git2::Oid, how: &How) -> Outcome {
        let place = format!("{} after {}", self.desks[at].name, self.sandbox.now());
        let repo = &self.desks[at].repo;
        self.model.learn(repo, commit, how).map_err(|f| Failure {
            detail: format!("{place}, commit {commit}: {}", f.detail),
            ..f
        })
    }

    /// `git status` names nothing but what was edited here, and each edit stands as it
    /// was written: in HEAD, or still in the work tree.
    pub fn clean(&mut self, at: usize) -> Outcome {
        let desk = &self.desks[at];
        let judged = desk.judged.borrow();
        if (judged.as_ref()).is_some_and(|names| names.iter().eq(desk.dirty.keys())) {
            return Ok(());
        }
        drop(judged);
        let status = self.ask(at, &["status", "--porcelain", "-uall", "--no-renames"]);
        let desk = &mut self.desks[at];
        let names = status
            .stdout
            .lines()
            .map(|l| l[3..].trim_matches('"').to_owned());
        let names: BTreeSet<String> = names.collect();
        let mut others: Vec<&String> = names.iter().collect();
        others.retain(|name| !desk.dirty.contains_key(*name));
        others.retain(|name| !desk.autostash || name.starts_with("data/"));
        if status.code != 0 || !others.is_empty() {
            let diff = self.ask(at, &["diff", "HEAD"]);
            return fail(
                "git status is not clean",
                format!("{status}\n{}", diff.stdout),
            );
        }
        desk.judged.replace(Some(names.clone()));
        self.drafts_stand(at, &names)?;
        let mut before = std::mem::take(&mut self.desks[at].dirty);
        let draft = |name: String| {
            let draft = before.remove(&name).unwrap_or(Draft::Merged);
            (name, draft)
        };
        self.desks[at].dirty = names.into_iter().map(draft).collect();
        self.age(at);
        Ok(())
    }

    /// Makes the files look as if some time had gone by, so that the index knows
    /// them by their stamps, as it does where people do these things. Each gets a
    /// second of its own: git compares whole seconds, and takes a file of the same
    /// size and second for unchanged.
    fn age(&self, at: usize) {
        let node = self.model.node(self.head(at));
        for path in node.files.keys().map(|path| node.place_of(path)) {
            let path = self.desks[at].machine.path(path);
            let Ok(file) = std::fs::File::options().append(true).open(path) else {
                continue;
            };
            let young = SystemTime::now() - Duration::from_secs(2);
            if file.metadata().unwrap().modified().unwrap() > young {
                self.aged.set(self.aged.get() + 1);
                let second = OLD + Duration::from_secs(self.aged.get());
                file.set_modified(SystemTime::UNIX_EPOCH + second).unwrap();
            }
        }
    }

    /// Everything that was done, for a shell.
    pub fn script(&self) -> String {
        let head = "\
#!/bin/sh
# In an empty folder, with palimpsest, metadb and git in the PATH.
export HOME=\"$PWD\" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=\"$PWD/gitconfig\"
export GIT_EDITOR=true GIT_MERGE_AUTOEDIT=no TZ=UTC LC_ALL=C
git config --global user.name 'Orla Pennyfold'
git config --global user.email orla@example.org
git config --global init.defaultBranch main
at() {
    when=$1; where=$2; shift 2
    (cd \"$where\" && GIT_AUTHOR_DATE=$when GIT_COMMITTER_DATE=$when PALIMPSEST_NOW=$when \"$@\")
}
put() { mkdir -p \"$(dirname \"$1\")\"; cat > \"$1\"; }
git init -q --bare remote.git
";
        format!("{head}{}\n", self.script.borrow().join("\n"))
    }
}

/// A word as a shell takes it.
fn word(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+,:@=^~{}".contains(&b);
    match !text.is_empty() && text.bytes().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}
