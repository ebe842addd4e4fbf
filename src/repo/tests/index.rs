//! The index as bytes, with git as the oracle: what it compares, and what it writes.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use super::*;
use crate::repo::index_file::{IndexFile, Put, With};

/// A small generator: the same steps in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % 1_000_003).unwrap() % sides
    }
}

/// Names whose order is another for a folder than for a file.
const NAMES: [&str; 8] = ["a", "a-b", "a.b", "a0", "b", "b c", "é", "z"];

fn any_path(dice: &mut Dice) -> String {
    let depth = dice.roll(4);
    let names: Vec<&str> = (0..=depth).map(|_| NAMES[dice.roll(NAMES.len())]).collect();
    names.join("/")
}

/// Puts a file there, whatever stood at its path or on the way to it.
fn put(s: &Scratch, path: &str, dice: &mut Dice) {
    let full = s.path().join(path);
    for above in full.ancestors().skip(1) {
        if above.is_file() || above.is_symlink() {
            fs::remove_file(above).unwrap();
        }
    }
    let _ = fs::remove_dir_all(&full);
    let _ = fs::remove_file(&full);
    fs::create_dir_all(full.parent().unwrap()).unwrap();
    if dice.roll(8) == 0 {
        return std::os::unix::fs::symlink("a", &full).unwrap();
    }
    fs::write(&full, format!("{}\n", dice.roll(3))).unwrap();
    let mode = if dice.roll(6) == 0 { 0o755 } else { 0o644 };
    fs::set_permissions(&full, fs::Permissions::from_mode(mode)).unwrap();
}

fn sorted(mut changes: Vec<Change>) -> Vec<Change> {
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

#[test]
fn what_is_staged_is_compared_as_git_compares_it() {
    let mut differ = 0;
    for seed in 1..=12 {
        let (s, mut dice) = (Scratch::new(), Dice(seed * 0x9e37_79b9));
        let mut commits = vec![None];
        for step in 0..6 {
            for _ in 0..dice.roll(12) {
                let path = any_path(&mut dice);
                put(&s, &path, &mut dice);
            }
            let gone = s.path().join(NAMES[dice.roll(NAMES.len())]);
            let _ = fs::remove_dir_all(&gone);
            let _ = fs::remove_file(&gone);
            s.git(&["add", "-A"]);
            // Now and then the index knows of every folder what tree it is.
            if step % 2 == 0 {
                s.git(&["commit", "-q", "--allow-empty", "-m", "x"]);
                commits.push(s.repo().head().unwrap());
            }
            for &commit in &commits {
                let (ours, gits) = (s.repo().compared(commit), s.repo().compared_by_git(commit));
                let (ours, gits) = (ours.unwrap().unwrap(), gits.unwrap());
                assert_eq!(
                    sorted(ours),
                    sorted(gits.clone()),
                    "seed {seed}, {commit:?}"
                );
                differ += gits.len();
            }
        }
    }
    assert!(differ > 1_000, "{differ}");
}

/// A repository with an index that is older than what is done next, so that git has
/// no doubt about any file.
fn settled() -> Scratch {
    let s = Scratch::new();
    for path in [
        "a.md",
        "data/ledger/2023.jsonl",
        "data/z",
        "j/2024/a.md",
        "j/2025/b.md",
    ] {
        s.write(path, path);
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let file = fs::File::options().write(true).open(s.path().join(path));
        file.unwrap().set_modified(long_ago).unwrap();
    }
    s.git(&["add", "-A"]);
    s.git(&["commit", "-q", "-m", "x"]);
    s
}

/// Files to stage, and what git's index is then.
fn staged_by_git(s: &Scratch, paths: &[&str], text: &str) -> (Vec<(String, git2::Oid)>, Vec<u8>) {
    let id = s.repo().git.blob(text.as_bytes()).unwrap();
    let place = s.path().join(".git/index");
    let before = fs::read(&place).unwrap();
    for path in paths {
        let about = format!("100644,{id},{path}");
        s.git(&["update-index", "--add", "--cacheinfo", &about]);
    }
    let after = fs::read(&place).unwrap();
    fs::write(&place, before).unwrap();
    (paths.iter().map(|p| ((*p).to_owned(), id)).collect(), after)
}

/// The bytes with these files staged; the same where they were staged before.
fn with(bytes: &[u8], staged: &[(String, git2::Oid)]) -> Option<Vec<u8>> {
    let staged = staged.iter().map(|file| Put::Content(&file.0, file.1));
    let staged: Vec<_> = staged.collect();
    Some(match IndexFile::parse(bytes.to_vec())?.with(&staged)? {
        With::Same => bytes.to_vec(),
        With::Parts(parts) => parts.concat(),
    })
}

#[test]
fn what_is_written_is_what_git_writes() {
    let s = settled();
    let place = s.path().join(".git/index");
    for paths in [
        &["data/ledger/2024.jsonl"] as &[&str],
        &["data/ledger/2023.jsonl"],
        &[
            "data/ledger/2025.jsonl",
            "data/ledger/2023.jsonl",
            "data/ledger/2024.jsonl",
        ],
        &["0first.md", "zlast/a/b/c.md"],
        &["j/2024/a.md", "j/2024/a.md.md", "j/2024-b.md"],
    ] {
        for text in ["one\n", "two\n"] {
            let bytes = fs::read(&place).unwrap();
            let (staged, gits) = staged_by_git(&s, paths, text);
            assert!(with(&bytes, &staged).as_ref() == Some(&gits), "{paths:?}");
            assert!(with(&gits, &staged).as_ref() == Some(&gits), "{paths:?}");
            // The next is staged on top of it.
            fs::write(&place, gits).unwrap();
        }
    }
    // The sum at the end may be left out, since git 2.40.
    s.git(&["config", "index.skipHash", "true"]);
    let (_, without) = staged_by_git(&s, &["data/y"], "one\n");
    fs::write(&place, &without).unwrap();
    let (staged, gits) = staged_by_git(&s, &["data/x"], "two\n");
    assert_eq!(without.ends_with(&[0; 20]), gits.ends_with(&[0; 20]));
    assert!(with(&without, &staged) == Some(gits));
    s.git(&["commit", "-q", "-m", "y"]);
    assert_eq!(s.git(&["fsck", "--no-dangling"]), "");
}

#[test]
fn the_stat_of_what_is_staged_is_what_git_finds() {
    let s = settled();
    let place = s.path().join(".git/index");
    let path = "data/ledger/2024.jsonl";
    let id = ObjectId(s.repo().git.blob(b"row\n").unwrap());
    assert!(
        s.repo()
            .put_in_index(&[(path, id.0), ("data/ledger/2023.jsonl", id.0)])
    );
    s.git(&["write-tree"]);
    let before = fs::read(&place).unwrap();
    s.write(path, "row\n");
    assert_eq!(s.git(&["diff-files", "--name-only", path]), path);
    let note = |bytes: &[u8]| {
        s.repo().note_stat([(id, path, bytes)]);
    };
    // The file has other content.
    note(b"other\n");
    assert!(fs::read(&place).unwrap() == before);
    note(b"row\n");
    let noted = fs::read(&place).unwrap();
    assert!(noted != before);
    assert_eq!(s.git(&["diff-files", "--name-only", path]), "");
    note(b"row\n");
    assert!(fs::read(&place).unwrap() == noted);
    // Git, asked the same, writes the same bytes.
    fs::write(&place, &before).unwrap();
    let _ = s.repo().run_git(&["update-index", "-q", "--refresh"], b"");
    assert!(fs::read(&place).unwrap() == noted);

    // Of an index of another kind git is asked.
    fs::write(&place, &before).unwrap();
    s.git(&["update-index", "--index-version", "4"]);
    note(b"row\n");
    assert_eq!(s.git(&["diff-files", "--name-only", path]), "");
}

#[test]
fn what_git_would_refuse_or_follow_up_is_left_to_it() {
    let s = settled();
    let bytes = fs::read(s.path().join(".git/index")).unwrap();
    let id = s.repo().git.blob(b"x").unwrap();
    for path in [
        "a.md/b",
        "data",
        "data/ledger",
        "",
        "/a",
        "a//b",
        "a/",
        "../a",
        "a/./b",
        ".git/hooks/a",
        "GIT~1/a",
        "a\\b",
        "j/é.md",
    ] {
        assert_eq!(with(&bytes, &[(path.to_owned(), id)]), None, "{path}");
    }
    let twice = ["b.md", "b.md"].map(|path| (path.to_owned(), id));
    assert_eq!(with(&bytes, &twice), None);
    for change in [
        &["update-index", "--index-version", "4"] as &[&str],
        &["update-index", "--split-index"],
        &["update-index", "--force-untracked-cache"],
        &["update-index", "--skip-worktree", "b.md"],
        &["update-index", "--assume-unchanged", "b.md"],
        &["add", "-N", "new.md"],
    ] {
        let s = settled();
        s.commit("b.md", "b");
        s.write("new.md", "new");
        s.git(change);
        let bytes = fs::read(s.path().join(".git/index")).unwrap();
        assert_eq!(with(&bytes, &[("b.md".to_owned(), id)]), None, "{change:?}");
    }
}

#[test]
fn a_damaged_index_is_left_to_git() {
    let s = settled();
    let bytes = fs::read(s.path().join(".git/index")).unwrap();
    let id = s.repo().git.blob(b"x").unwrap();
    let staged = [("data/ledger/2024.jsonl".to_owned(), id)];
    // Git, too, does not compare the sum at the end: one cut looks whole.
    let whole = (0..bytes.len()).filter(|end| with(&bytes[..*end], &staged).is_some());
    assert!(whole.count() <= 1);
    // None of them may end the program; most are seen.
    let mut dice = Dice(7);
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] = u8::try_from(dice.roll(256)).unwrap();
        let _ = with(&damaged, &staged);
        if let Some(index) = IndexFile::parse(damaged) {
            assert!((0..index.len()).all(|number| !index.entry(number).path.is_empty()));
        }
    }
}

#[test]
fn staging_hides_no_edit_that_git_has_not_seen() {
    let s = Scratch::new();
    s.write("a.md", "one");
    s.git(&["add", "-A"]);
    // The same size, in the same moment: only the index's own time tells.
    let place = s.path().join(".git/index");
    let moment = fs::metadata(s.path().join("a.md")).unwrap().modified();
    fs::write(s.path().join("a.md"), "two").unwrap();
    for path in [s.path().join("a.md"), place.clone()] {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(*moment.as_ref().unwrap()).unwrap();
    }
    // An index with the time of now would be younger than the file, and hide the edit;
    // for git in another second, and now cannot be set.
    std::thread::sleep(Duration::from_millis(1_100));
    let id = s.repo().git.blob(b"x").unwrap();
    assert!(s.repo().put_in_index(&[("data/ledger/2024.jsonl", id)]));
    assert_eq!(
        fs::metadata(&place).unwrap().modified().unwrap(),
        moment.unwrap()
    );
    assert_eq!(
        s.git(&["diff", "--name-only"]),
        "a.md\ndata/ledger/2024.jsonl"
    );
}

#[test]
fn an_index_that_more_depends_on_is_gits_to_write() {
    let s = settled();
    let place = s.path().join(".git/index");
    fs::set_permissions(&place, fs::Permissions::from_mode(0o640)).unwrap();
    let repo = s.repo();
    let ids = ["1", "2", "3"].map(|text| repo.git.blob(text.as_bytes()).unwrap());
    let put = |id: git2::Oid| s.repo().put_in_index(&[("data/l.jsonl", id)]);
    assert!(put(ids[0]));
    assert_eq!(
        fs::metadata(&place).unwrap().permissions().mode() & 0o777,
        0o640
    );

    s.write(".git/index.lock", "");
    assert!(!put(ids[1]));
    assert_eq!(fs::read(s.path().join(".git/index.lock")).unwrap(), b"");
    fs::remove_file(s.path().join(".git/index.lock")).unwrap();

    s.git(&["config", "core.fsync", "all"]);
    assert!(!put(ids[1]));
    s.git(&["config", "--unset", "core.fsync"]);

    s.write(".git/hooks/post-index-change", "#!/bin/sh\n");
    assert!(!put(ids[1]));
    fs::remove_file(s.path().join(".git/hooks/post-index-change")).unwrap();

    // Another process writes after it was read.
    let read = s.repo();
    assert!(read.compared(None).unwrap().is_some());
    s.write("new.md", "new");
    s.git(&["add", "new.md"]);
    assert!(read.put_in_index(&[("data/l.jsonl", ids[2])]));
    assert!(s.git(&["ls-files"]).contains("new.md"));

    fs::rename(&place, s.path().join(".git/elsewhere")).unwrap();
    std::os::unix::fs::symlink("elsewhere", &place).unwrap();
    assert!(!put(ids[1]));
    let left = fs::read_dir(s.path().join(".git")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(
        left.into_iter()
            .all(|name| !name.starts_with(UNFINISHED) && !name.ends_with(".lock"))
    );
}
