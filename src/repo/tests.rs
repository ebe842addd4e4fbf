//! The git edge against real git.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::*;
use crate::ledger::is_without_hooks;

mod ancestry;
mod changes;
mod index;

/// A repository in a temporary folder, whose path has spaces and letters.
pub(crate) struct Scratch {
    dir: tempfile::TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let dir = tempfile::Builder::new()
            .prefix("Ein Büch \"x\" ")
            .tempdir()
            .unwrap();
        let scratch = Self { dir };
        scratch.git(&["init", "-q", "-b", "main"]);
        scratch
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// What git says; it must not fail.
    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let out = self.git_run(args);
        let said = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "git {}: {said}", args.join(" "));
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// Git must fail, as a merge with conflicts does.
    #[track_caller]
    pub(crate) fn git_fails(&self, args: &[&str]) {
        let out = self.git_run(args);
        assert!(!out.status.success(), "git {}", args.join(" "));
    }

    fn git_run(&self, args: &[&str]) -> Output {
        Command::new("git")
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_EDITOR", "true")
            .envs(["AUTHOR", "COMMITTER"].map(|w| (format!("GIT_{w}_NAME"), "Orla")))
            .envs(["AUTHOR", "COMMITTER"].map(|w| (format!("GIT_{w}_EMAIL"), "o@example.org")))
            .output()
            .unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }

    pub(crate) fn commit(&self, path: &str, text: &str) {
        self.write(path, text);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "x"]);
    }

    pub(crate) fn repo(&self) -> Repo {
        Repo::discover(self.path()).unwrap()
    }
}

/// One file of two names stands for a file system that ignores case.
#[test]
fn a_file_is_spelled_as_git_has_it() {
    let s = Scratch::new();
    s.commit("notes/A.md", "a");
    s.commit("\u{dc}.md", "u");
    let [upper, lower] = ["notes/A.md", "notes/a.md"].map(|path| s.path().join(path));
    fs::hard_link(upper, lower).unwrap();
    let found = |repo: &Repo| {
        let files = repo.own_files("notes").unwrap().files;
        files.into_iter().map(|file| file.path).collect::<Vec<_>>()
    };
    let typed = |repo: &Repo, path: &str| repo.relative(s.path(), Path::new(path)).unwrap();
    assert_eq!(found(&s.repo()), ["notes/A.md", "notes/a.md"]);
    assert_eq!(typed(&s.repo(), "notes/a.md"), "notes/a.md");
    s.git(&["config", "core.ignorecase", "true"]);
    assert_eq!(found(&s.repo()), ["notes/A.md"]);
    assert_eq!(typed(&s.repo(), "notes/a.md"), "notes/A.md");
    s.git(&["config", "core.precomposeunicode", "true"]);
    assert_eq!(typed(&s.repo(), "U\u{308}.md"), "\u{dc}.md");
    // Two files are two, whatever the configuration says.
    s.write("notes/b.md", "b");
    s.git(&["add", "-A"]);
    s.write("notes/B.md", "another");
    assert_eq!(typed(&s.repo(), "notes/B.md"), "notes/B.md");
}

#[test]
fn a_repository_without_commits_and_a_detached_head() {
    let s = Scratch::new();
    assert_eq!(s.repo().head().unwrap(), None);
    s.write("a.md", "a");
    s.git(&["add", "-A"]);
    let repo = s.repo();
    let staged = repo.staged_against(None).unwrap();
    assert_eq!((staged.len(), staged[0].old), (1, None));
    s.git(&["commit", "-q", "-m", "x"]);
    s.git(&["checkout", "-q", "--detach"]);
    assert_eq!(
        s.repo().head().unwrap().unwrap().to_string(),
        s.git(&["rev-parse", "HEAD"])
    );
}

#[test]
fn no_repository_and_a_bare_one_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let error = Repo::discover(dir.path()).err().unwrap();
    assert!(matches!(error, RepoError::NoRepository(_)), "{error}");
    let s = Scratch::new();
    s.git(&["init", "-q", "--bare", "bare.git"]);
    let error = Repo::discover(&s.path().join("bare.git")).err().unwrap();
    assert!(matches!(error, RepoError::Bare(_)), "{error}");
}

#[test]
fn a_linked_work_tree_has_its_own_head_and_index() {
    let s = Scratch::new();
    s.commit("a.md", "a");
    s.git(&["worktree", "add", "-q", "-b", "side", "linked"]);
    fs::write(s.path().join("linked/b.md"), "b").unwrap();
    let repo = Repo::discover(&s.path().join("linked")).unwrap();
    let b = StagedFile {
        path: "b.md".into(),
        bytes: b"b".to_vec(),
    };
    repo.stage(&[b]).unwrap();
    assert!(repo.index().unwrap().staged("b.md").is_some());
    assert!(s.repo().index().unwrap().staged("b.md").is_none());
    assert_ne!(repo.git_dir(), repo.common_dir());
    assert!(repo.workdir().ends_with("linked"));
}

#[test]
fn staged_paths_are_found_by_their_name() {
    let s = Scratch::new();
    for path in ["j/1.md", "j/x/1.md", "j/x/11.md", "k/1.md", "j/[x]/1.md"] {
        s.write(path, "x");
    }
    s.git(&["add", "-A"]);
    let names = |count: usize| (1..=count).map(|n| format!("{n}.md")).collect();
    for count in [1, 10, 100] {
        let found = s.repo().staged_named("j", &names(count)).unwrap();
        let all = ["j/1.md", "j/[x]/1.md", "j/x/1.md", "j/x/11.md"];
        assert_eq!(found, if count < 11 { &all[..3] } else { &all }, "{count}");
    }
    let odd = s.repo().staged_named("j/[x]", &names(1)).unwrap();
    assert_eq!(odd, ["j/[x]/1.md"]);
    assert_eq!(s.repo().staged_named(".", &names(1)).unwrap().len(), 4);
    // What is only announced is in no commit.
    s.git(&["rm", "-q", "--cached", "k/1.md"]);
    s.git(&["add", "-N", "k/1.md"]);
    for count in [1, 100] {
        let found = s.repo().staged_named(".", &names(count)).unwrap();
        let all = ["j/1.md", "j/[x]/1.md", "j/x/1.md", "j/x/11.md"];
        assert_eq!(found, if count < 11 { &all[..3] } else { &all }, "{count}");
    }
}

#[test]
fn staging_leaves_the_work_tree_alone() {
    let s = Scratch::new();
    s.commit("data/a.jsonl", "1\n");
    s.write("data/a.jsonl", "work\n");
    let repo = s.repo();
    repo.stage(&[StagedFile {
        path: "data/a.jsonl".into(),
        bytes: b"staged\n".to_vec(),
    }])
    .unwrap();
    let staged = repo.index().unwrap().staged("data/a.jsonl").unwrap();
    assert_eq!(repo.read_blob(staged.id).unwrap(), b"staged\n");
    assert_eq!(fs::read(s.path().join("data/a.jsonl")).unwrap(), b"work\n");
    assert_eq!(s.git(&["status", "--porcelain"]), "MM data/a.jsonl");
    repo.unstage(&["data/a.jsonl"]).unwrap();
    assert!(repo.index().unwrap().staged("data/a.jsonl").is_none());
}

#[test]
fn a_held_index_lock_is_an_error_after_a_while() {
    let s = Scratch::new();
    s.write(".git/index.lock", "");
    let file = StagedFile {
        path: "a".into(),
        bytes: Vec::new(),
    };
    let error = s.repo().stage(&[file]).unwrap_err();
    assert!(error.to_string().contains("index.lock"), "{error}");
}

#[test]
fn a_merge_in_progress_says_its_heads_and_what_was_resolved() {
    let s = Scratch::new();
    s.commit("a.md", "1\n");
    s.commit("b.md", "1\n");
    s.git(&["checkout", "-q", "-b", "side"]);
    s.commit("a.md", "side\n");
    s.commit("b.md", "side\n");
    let side = s.repo().head().unwrap().unwrap();
    s.git(&["checkout", "-q", "main"]);
    s.commit("a.md", "main\n");
    s.commit("b.md", "main\n");
    let base = s
        .repo()
        .merge_bases(s.repo().head().unwrap().unwrap(), side);
    assert_eq!(base.unwrap().len(), 1);
    assert_eq!(s.repo().merge_heads().unwrap(), []);
    s.git_fails(&["merge", "-q", "side"]);
    let repo = s.repo();
    assert_eq!(repo.merge_heads().unwrap(), [side]);
    assert_eq!(repo.index().unwrap().unmerged(), ["a.md", "b.md"]);
    assert!(repo.resolved_by_hand().unwrap().is_empty());
    s.write("a.md", "both\n");
    s.git(&["add", "a.md"]);
    assert_eq!(repo.resolved_by_hand().unwrap(), ["a.md"]);
    assert_eq!(repo.index().unwrap().unmerged(), ["b.md"]);
    s.git(&["merge", "--abort"]);
    s.git(&["tag", "-a", "-m", "Version 2", "v2", "side"]);
    s.git_fails(&["merge", "-q", "v2"]);
    let named = fs::read_to_string(s.path().join(".git/MERGE_HEAD")).unwrap();
    assert_ne!(named.trim(), side.to_string());
    assert_eq!(repo.merge_heads().unwrap(), [side]);
    // Cut short: it is a merge all the same, and git does not commit it either.
    for text in [&named[..20], "\n", "side\n", &format!("{named}x\n")] {
        s.write(".git/MERGE_HEAD", text);
        let said = repo.merge_heads().unwrap_err().to_string();
        assert!(said.contains("MERGE_HEAD: "), "{text:?}: {said}");
        assert!(said.contains("`git merge --abort`"), "{text:?}: {said}");
    }
}

#[test]
fn symbolic_links_are_skipped_and_said() {
    let s = Scratch::new();
    s.write("outside/x.md", "x");
    s.write("j/2024/a.md", "a");
    std::os::unix::fs::symlink("../../outside/x.md", s.path().join("j/2024/link.md")).unwrap();
    std::os::unix::fs::symlink("../outside", s.path().join("j/folder")).unwrap();
    let repo = s.repo();
    let found = repo.work_files("j").unwrap();
    assert_eq!(found.files.len(), 1);
    assert_eq!(
        (found.files[0].path.as_str(), found.files[0].size),
        ("j/2024/a.md", 1)
    );
    assert_eq!(found.skipped.len(), 2);
    for path in ["j/2024/link.md", "j/folder/x.md"] {
        let error = repo.read_work_file(path).unwrap_err();
        assert!(matches!(error, RepoError::Symlink(_)), "{error}");
        assert!(repo.write_work_file(path, b"no").is_err());
    }
    assert!(matches!(
        repo.read_work_file("../x"),
        Err(RepoError::Outside { .. })
    ));
    assert_eq!(repo.read_work_file("j/none.md").unwrap(), None);
    assert_eq!(repo.work_files("none").unwrap(), WorkFiles::default());
}

#[test]
fn a_written_file_keeps_its_permissions_and_leaves_nothing_beside_it() {
    use std::os::unix::fs::PermissionsExt;
    let s = Scratch::new();
    let repo = s.repo();
    repo.write_work_file("data/ledger/2024.jsonl", b"1")
        .unwrap();
    let full = s.path().join("data/ledger/2024.jsonl");
    fs::set_permissions(&full, fs::Permissions::from_mode(0o666)).unwrap();
    repo.write_work_file("data/ledger/2024.jsonl", b"2")
        .unwrap();
    assert_eq!(fs::read(&full).unwrap(), b"2");
    assert_eq!(full.metadata().unwrap().permissions().mode() & 0o777, 0o666);
    assert_eq!(fs::read_dir(full.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn configuration_is_read_set_and_taken_back_to_the_byte() {
    let s = Scratch::new();
    let before = fs::read(s.path().join(".git/config")).unwrap();
    let repo = s.repo();
    assert_eq!(repo.config("palimpsest.machine").unwrap(), None);
    assert!(!repo.machine().unwrap().is_empty());
    assert!(!repo.has_local_config("palimpsest.machine").unwrap());
    repo.set_config("palimpsest.machine", "laptop").unwrap();
    assert_eq!(repo.machine().unwrap(), "laptop");
    assert!(repo.has_local_config("palimpsest.machine").unwrap());
    assert_eq!(
        repo.local_config("palimpsest.machine").unwrap().as_deref(),
        Some("laptop")
    );
    repo.unset_config("palimpsest.machine").unwrap();
    repo.unset_config("palimpsest.machine").unwrap();
    assert_eq!(fs::read(s.path().join(".git/config")).unwrap(), before);
}

/// Merges tell by that ending which rows history told.
#[test]
fn a_machines_name_is_not_one_of_history() {
    let s = Scratch::new();
    let repo = s.repo();
    let host = repo.machine().unwrap();
    for (set, name) in [
        ("laptop (no hooks)", "laptop"),
        ("laptop (no hooks) (no hooks)", "laptop"),
        ("(no hooks)", "(no hooks)"),
        (" (no hooks)", host.as_str()),
        ("laptop (no hooks)x", "laptop (no hooks)x"),
    ] {
        repo.set_config("palimpsest.machine", set).unwrap();
        let machine = repo.machine().unwrap();
        assert_eq!(machine, name, "{set:?}");
        assert!(!is_without_hooks(&machine));
    }
}

#[test]
fn a_machines_name_is_the_one_that_git_has() {
    let s = Scratch::new();
    let repo = s.repo();
    let file = s.path().join(".git/config");
    let before = fs::read_to_string(&file).unwrap();
    let beside = s.path().join(".git/beside");
    fs::write(&beside, "[palimpsest]\nmachine = desktop\n").unwrap();
    fs::copy(&beside, s.path().join(".git/config.worktree")).unwrap();
    let laptop = "[palimpsest]\nmachine = laptop\n";
    for text in [
        laptop.to_owned(),
        "[Palimpsest]\n\tMachine = \"old \\\"lap\\\"\" ; mine\n".to_owned(),
        format!("{laptop}[palimpsest]\nmachine = tablet\n"),
        format!("{laptop}[include]\npath = beside\n"),
        format!("[include]\npath = beside\n{laptop}"),
        format!("{laptop}[includeIf \"gitdir:**\"]\npath = beside\n"),
        format!("{laptop}[extensions]\nworktreeConfig = true\n"),
    ] {
        fs::write(&file, format!("{before}{text}")).unwrap();
        let git = repo.config("palimpsest.machine").unwrap();
        assert_eq!(repo.machine().unwrap(), git.unwrap(), "{text}");
    }
}

#[test]
fn the_commits_of_a_path_are_not_those_of_a_pattern() {
    let s = Scratch::new();
    for path in ["notes/1.md", "notes/[1].md", "*.md", ":x.md"] {
        s.commit(path, "1\n");
    }
    let repo = s.repo();
    let head = repo.head().unwrap().unwrap();
    for (path, back) in [("notes/[1].md", 2), ("*.md", 1), (":x.md", 0), ("notes", 3)] {
        let expected = s.git(&["rev-parse", &format!("HEAD~{back}")]);
        let found = repo.commits_of(head, path).unwrap();
        let last = found.last().map(ObjectId::to_string);
        assert_eq!(last, Some(expected), "{path}");
        assert_eq!(found.len(), if path == "notes" { 2 } else { 1 }, "{path}");
    }
}
