//! Walks and common ancestors against libgit2's, and what libgit2 cannot read.

use std::io::Write;
use std::process::Stdio;

use super::*;

/// Numbers that look random, the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % n
    }
}

/// Commits of one, two or three parents, with clocks that are wrong now and then.
fn grown(repo: &git2::Repository, dice: &mut Dice, right_clocks: bool) -> Vec<git2::Oid> {
    let tree = repo.treebuilder(None).unwrap().write().unwrap();
    let tree = repo.find_tree(tree).unwrap();
    let mut all: Vec<git2::Oid> = Vec::new();
    for n in 0_u32..40 {
        let time = i64::from(n) * 10;
        let time = match dice.below(5) {
            0 if !right_clocks => time + 100 - i64::try_from(dice.below(300)).unwrap(),
            _ => time,
        };
        let who = git2::Signature::new("A", "a@b", &git2::Time::new(time.max(0), 0)).unwrap();
        let mut parents = Vec::new();
        for _ in 0..=[0, 0, 0, 1, 1, 2][dice.below(6)] {
            if let Some(last) = all.len().checked_sub(1) {
                let parent = all[last - dice.below(last.min(4) + 1)];
                if !parents.contains(&parent) {
                    parents.push(parent);
                }
            }
        }
        if dice.below(15) == 0 {
            parents.clear();
        }
        let found: Vec<_> = parents
            .iter()
            .map(|p| repo.find_commit(*p).unwrap())
            .collect();
        let parents: Vec<_> = found.iter().collect();
        let text = n.to_string();
        all.push(
            repo.commit(None, &who, &who, &text, &tree, &parents)
                .unwrap(),
        );
    }
    all
}

fn theirs(repo: &git2::Repository, tips: &[git2::Oid], hidden: &[git2::Oid]) -> Vec<git2::Oid> {
    let mut walk = repo.revwalk().unwrap();
    walk.set_sorting(git2::Sort::TOPOLOGICAL | git2::Sort::REVERSE)
        .unwrap();
    for tip in tips {
        walk.push(*tip).unwrap();
    }
    for id in hidden {
        walk.hide(*id).unwrap();
    }
    walk.map(Result::unwrap).collect()
}

#[test]
fn walks_and_common_ancestors_are_those_of_libgit2() {
    for round in 0..12 {
        let s = Scratch::new();
        let git = git2::Repository::open(s.path()).unwrap();
        let mut dice = Dice(round);
        let all = grown(&git, &mut dice, round % 2 == 0);
        let repo = s.repo();
        for _ in 0..40 {
            let [a, b, c] = [(); 3].map(|()| all[dice.below(all.len())]);
            for (tips, hidden) in [
                (vec![a], vec![]),
                (vec![a, b], vec![]),
                (vec![a, b], vec![c]),
            ] {
                let found = repo.above(&tips, &hidden).unwrap();
                assert_eq!(found, theirs(&git, &tips, &hidden), "{tips:?} {hidden:?}");
            }
            let mut found = repo.best_common(a, b).unwrap();
            let mut expected = git.merge_bases(a, b).map_or(Vec::new(), |ids| ids.to_vec());
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{a} {b}");
            let is_in = a == b || git.graph_descendant_of(a, b).unwrap();
            assert_eq!(repo.is_in(ObjectId(b), ObjectId(a)), is_in);
        }
    }
}

/// The file of a loose object, cut short by some bytes.
fn cut(s: &Scratch, id: &str, by: usize) {
    let path = s.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len().saturating_sub(by)]).unwrap();
}

#[test]
fn a_loose_object_that_is_cut_short_is_an_error_and_never_waited_for() {
    for (what, by) in [
        ("HEAD", 20),
        ("HEAD~1", 20),
        ("HEAD~1^{tree}", 12),
        ("HEAD~1:a.md", 20),
    ] {
        let s = Scratch::new();
        for n in 0..3 {
            s.commit(
                "a.md",
                &format!("{n} and some more, that there is what to cut off\n"),
            );
        }
        let id = s.git(&["rev-parse", what]);
        let below = s.git(&["rev-parse", "HEAD~2"]).parse().unwrap();
        let head: ObjectId = s.git(&["rev-parse", "HEAD"]).parse().unwrap();
        cut(&s, &id, by);
        let repo = s.repo();
        let said = |error: RepoError| error.to_string();
        let read = |commit: &Commit| repo.read_at(commit.id, "a.md");
        let walked = repo
            .commits(&[head], &[])
            .and_then(|all| all.iter().try_for_each(|c| read(c).map(drop)));
        let expected = format!("cannot read object {id}: the file of the object is damaged");
        assert_eq!(walked.map_err(said), Err(expected), "{what}");
        if what.starts_with("HEAD~1") && !what.contains(['^', ':']) {
            assert!(repo.merge_bases(head, below).is_err());
            assert!(!repo.is_in(below, head));
            assert!(repo.commit_named("HEAD^").is_err());
            assert!(repo.commit_named(&id[..12]).is_err());
            assert!(repo.commit(head).is_err());
        }
        if what == "HEAD" {
            assert!(repo.head().is_err());
        }
    }
}

#[test]
fn a_cut_object_that_a_pack_has_too_is_read_from_there() {
    let s = Scratch::new();
    s.commit("a.md", "some text, that there is what to cut off\n");
    let id = s.git(&["rev-parse", "HEAD:a.md"]);
    s.git(&["repack", "-q"]);
    cut(&s, &id, 20);
    let head = s.repo().head().unwrap().unwrap();
    let text = s.repo().read_at(head, "a.md").unwrap().unwrap();
    assert!(text.starts_with(b"some text"));
}

#[test]
fn a_commit_that_git_reads_is_read_whatever_its_author_is() {
    let s = Scratch::new();
    s.commit("a.md", "1\n");
    let tree = s.git(&["rev-parse", "HEAD^{tree}"]);
    let parent = s.git(&["rev-parse", "HEAD"]);
    let text = format!(
        "tree {tree}\nparent {parent}\nauthor t t@t 1700000000 +0000\n\
         committer C <c@d> 99999999999999999999999 +0000\n\nold\n"
    );
    let mut git = Command::new("git")
        .args([
            "hash-object",
            "-t",
            "commit",
            "-w",
            "--literally",
            "--stdin",
        ])
        .current_dir(s.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = git.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let out = git.wait_with_output().unwrap();
    let id = String::from_utf8(out.stdout).unwrap();
    s.git(&["reset", "-q", "--hard", id.trim()]);
    s.commit("a.md", "2\n");
    let repo = s.repo();
    let head = repo.head().unwrap().unwrap();
    let all = repo.commits(&[head], &[]).unwrap();
    assert_eq!(all.len(), 3);
    assert_eq!(all[1].by, "t t@t");
    assert_eq!(all[1].at, "2023-11-14T22:13:20Z");
    assert_eq!(repo.commit_named("HEAD^").unwrap(), Some(all[1].id));
    assert_eq!(repo.merge_bases(head, all[1].id).unwrap(), [all[1].id]);
}

#[test]
fn a_name_of_no_commit_is_none_and_no_error() {
    let s = Scratch::new();
    s.commit("a.md", "1\n");
    let repo = s.repo();
    let head = repo.head().unwrap().unwrap();
    let id = head.to_string();
    assert_eq!(repo.commit_named(&id[..12]).unwrap(), Some(head));
    s.git(&["branch", "0123456789ab"]);
    assert_eq!(repo.commit_named("0123456789ab").unwrap(), Some(head));
    let none = "0".repeat(40);
    let [tree, blob] = ["HEAD^{tree}", "HEAD:a.md"].map(|name| s.git(&["rev-parse", name]));
    for name in [
        "",
        "^",
        "0",
        "a",
        "abcd",
        "Ann",
        "ann@desk",
        "HEAD^",
        "HEAD^^^",
        "HEAD~9",
        "ORIG_HEAD",
        "@{upstream}",
        "@{-1}",
        "main@{9}",
        "main@{a day ago}x",
        ":/(",
        ":/nothing",
        "^{/(}",
        "HEAD^{/(}",
        "HEAD:a",
        ":a",
        "HEAD^{blob}",
        "..",
        "HEAD..main",
        "a b",
        "\u{1b}[1m",
        &none,
        &none[..12],
        &tree,
        &tree[..12],
        &blob,
        &blob[..12],
    ] {
        let found = repo.commit_named(name).map_err(|e| e.to_string());
        assert_eq!(found, Ok(None), "{name:?}");
    }
}

/// A clone that is cut off has no parents there; one that is damaged tells nothing of them.
#[test]
fn only_parents_that_are_missing_cut_history_off() {
    let s = Scratch::new();
    s.commit("a.md", "1\n");
    s.commit("a.md", "2, and some more, that there is what to cut off\n");
    let (id, head) = (s.git(&["rev-parse", "HEAD~1"]), s.repo().head().unwrap());
    let head = head.unwrap();
    let place = s.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let bytes = fs::read(&place).unwrap();
    fs::remove_file(&place).unwrap();
    let commit = s.repo().commit(head).unwrap();
    assert!(commit.is_cut_off && commit.parents.is_empty());
    fs::write(&place, &bytes[..bytes.len() - 20]).unwrap();
    let said = s.repo().commit(head).unwrap_err().to_string();
    assert!(said.contains(&id), "{said}");
}
