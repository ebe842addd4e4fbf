//! How two commits differ, and a commit and the index.

use super::*;

#[test]
fn changes_are_limited_to_folders_by_name() {
    let s = Scratch::new();
    s.commit("journal/md/2024/a b \"c\" é.md", "1");
    s.commit("other/a.md", "1");
    let first = s.repo().head().unwrap();
    s.commit("journal/md/2024/a b \"c\" é.md", "2");
    s.commit("journal/mdx/no.md", "1");
    s.commit("other/a.md", "2");
    let repo = s.repo();
    let head = repo.head().unwrap();
    let changes = repo.changes(first, head, &["journal/md", "wiki"]).unwrap();
    assert_eq!(
        changes.iter().map(|c| &*c.path).collect::<Vec<_>>(),
        ["journal/md/2024/a b \"c\" é.md"]
    );
    let new = changes[0].new.unwrap().file().unwrap();
    assert_eq!(repo.read_blob(new).unwrap(), b"2");
    assert_eq!(
        repo.read_at(first.unwrap(), &changes[0].path).unwrap(),
        Some(b"1".to_vec())
    );
    assert_eq!(repo.read_at(first.unwrap(), "none.md").unwrap(), None);
    assert_eq!(repo.changes(None, head, &[]).unwrap().len(), 3);
    assert_eq!(repo.changes(head, None, &["other"]).unwrap().len(), 1);
    // The same question again has the same answer, and any other its own.
    let again = |from, to, below: &[&str]| repo.changes(from, to, below).unwrap();
    for _ in 0..2 {
        assert_eq!(again(first, head, &["journal/md", "wiki"]), changes);
    }
    assert_eq!(again(first, head, &["journal/md"]), changes);
    assert_eq!(again(first, head, &[]).len(), 3);
    let back = again(head, first, &["journal/md", "wiki"]);
    assert_eq!(back[0].old, changes[0].new);
}

#[test]
fn a_file_in_place_of_a_folder_and_a_folder_in_place_of_a_file() {
    let s = Scratch::new();
    s.commit("a/b/c.md", "1");
    s.commit("a-b", "1");
    s.commit("d", "1");
    s.commit("same/x.md", "1");
    let first = s.repo().head().unwrap();
    fs::remove_dir_all(s.path().join("a/b")).unwrap();
    fs::remove_file(s.path().join("d")).unwrap();
    s.write("a/b", "2");
    s.write("d/e/f.md", "2");
    std::os::unix::fs::symlink("x.md", s.path().join("same/link.md")).unwrap();
    s.git(&["add", "-A"]);
    s.git(&["commit", "-q", "-m", "x"]);
    let repo = s.repo();
    let head = repo.head().unwrap();
    let told = |from, to, below: &[&str]| {
        let changes = repo.changes(from, to, below).unwrap();
        let sides = |c: &Change| match (c.old, c.new) {
            (Some(_), Some(_)) => format!("M {}", c.path),
            (None, _) => format!("A {}", c.path),
            (_, None) => format!("D {}", c.path),
        };
        changes.iter().map(sides).collect::<Vec<_>>()
    };
    let all = ["A a/b", "D a/b/c.md", "D d", "A d/e/f.md", "A same/link.md"];
    assert_eq!(told(first, head, &[]), all);
    assert_eq!(told(first, head, &["."]), all);
    assert_eq!(
        told(first, head, &["a/b", "d/e/"]),
        [all[0], all[1], all[3]]
    );
    assert_eq!(told(head, first, &["same"]), ["D same/link.md"]);
    assert_eq!(told(None, first, &["d/e/f.md"]), [""; 0]);
    assert_eq!(told(None, head, &["d/e/f.md"]), ["A d/e/f.md"]);
}

#[test]
fn what_is_staged_is_told_against_any_commit() {
    let s = Scratch::new();
    s.commit("a.md", "1");
    let first = s.repo().head().unwrap();
    s.commit("a.md", "2");
    s.commit("b \"c\" é.md", "1");
    s.git(&["mv", "b \"c\" é.md", "moved.md"]);
    s.write("later.md", "not yet");
    s.git(&["add", "-N", "later.md"]);
    let repo = s.repo();
    let paths = |commit| -> Vec<String> {
        let changes = repo.staged_against(commit).unwrap();
        changes.into_iter().map(|c| c.path).collect()
    };
    assert_eq!(paths(repo.head().unwrap()), ["b \"c\" é.md", "moved.md"]);
    assert_eq!(paths(first), ["a.md", "moved.md"]);
    assert_eq!(paths(None), ["a.md", "moved.md"]);
}
