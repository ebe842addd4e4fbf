//! What people's disks really hold: each gets a message with its place, and
//! nothing is lost.

use std::fs;

use crate::sandbox::{Machine, Sandbox, entry, journal};

const NOV_1: &str = "journal/md/2024/2024-11-01.md";

fn laptop(sandbox: &Sandbox) -> Machine<'_> {
    let entries = [("2024-11-01", "people: [Alice, Bob]\n", "Coffee.\n")];
    journal(sandbox, &entries).0
}

/// What is no entry, its place behind the file's name, and a part of the reason.
const BAD: [(&[u8], &str, &str); 9] = [
    (
        b"---\ndate: 2024-12-24\npeople: [Alice, Bob\ntags: x\n---\nbody\n",
        ":4:5: ",
        "expected the bracket above to be closed first",
    ),
    // A lone CR ends a line in YAML and none for git and editors, as whose lines are counted.
    (
        b"---\ndate: 2024-12-24\npeople: [Alice,\rBob\ntags: x\n---\nbody\n",
        ":4:5: ",
        "expected the bracket above to be closed first",
    ),
    (
        b"---\ndate: 2024-12-24\ntags: [a\n---\n",
        ":3:7: ",
        "not closed",
    ),
    (
        b"---\ndate: 2024-12-24\npeople: [Ren\xe9]\n---\nbody\n",
        ":3:13: ",
        "UTF-8",
    ),
    (b"---\ndate: 2024-12-24\nx: \xff\n---\n", ":3:4: ", "UTF-8"),
    (
        b"---\ndate: 2024-12-24\npeople: [Alice]\n",
        ":1:1: ",
        "a second line `---`",
    ),
    (b"---\ndate: 2024-12-24\n", ":1:1: ", "a second line `---`"),
    (b"no frontmatter\n", ":1:1: ", "no frontmatter"),
    (
        b"---\ndate: 2024-12-26\n---\nbody\n",
        ":2:7: ",
        "2024-12-26",
    ),
];

/// A bad entry beside a good new one: the index takes the good one, and the commit is
/// refused, both with this place and this reason. Nothing is lost.
#[test]
fn what_is_no_entry_is_named_with_its_place_and_refused() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let bad = "journal/md/2024/2024-12-24.md";
    let head = laptop.oid("HEAD");
    for (n, (content, place, reason)) in BAD.into_iter().enumerate() {
        let place = format!("{bad}{place}");
        let good = format!("Eve {n}");
        laptop.write(bad, content);
        laptop.write_entry("2024-12-25", &format!("people: [{good}]"), "Snow.\n");
        laptop
            .yaml2sql(["sync", "journal/md"])
            .exits(1)
            .mentions(&place)
            .mentions(reason);
        laptop.metadb(["show", "2024-12-25"]).mentions(&good);

        laptop.git(["add", "journal"]).ok();
        let staged = laptop.git(["diff", "--cached"]).ok().stdout;
        laptop
            .git(["commit", "-m", "Christmas"])
            .exits(1)
            .warns(&place)
            .warns(reason)
            .warns("nothing was committed");
        assert_eq!(laptop.oid("HEAD"), head);
        assert_eq!(laptop.git(["diff", "--cached"]).ok().stdout, staged);
        assert_eq!(fs::read(laptop.path(bad)).unwrap(), content);
        laptop
            .git(["status", "--porcelain", "journal"])
            .ok()
            .says(bad)
            .says("2024-12-25.md");
        // The way round the check stays open.
        laptop
            .git(["commit", "-q", "--no-verify", "-m", "As it is"])
            .ok();
        laptop.git(["reset", "-q", "--hard", &head]).ok();
    }
}

#[test]
fn two_entries_of_one_date() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let copy = laptop.read(NOV_1);
    for (other, content) in [
        ("journal/md/copies/2024-11-01.md", copy.as_str()),
        (
            "journal/md/it's new/2024-11-01.md",
            "---\ndate: 2024-11-01\n---\n",
        ),
        ("journal/md/2024-11-01.md", "---\ndate: 2024-11-01\n---\n"),
    ] {
        laptop.write(other, content);
        let mut both = [other, NOV_1];
        both.sort_unstable();
        let [first, second] = both;
        laptop
            .yaml2sql(["sync", "journal/md"])
            .exits(1)
            .warns(&format!(
                "{first} and {second} are both the entry of 2024-11-01"
            ));
        laptop
            .metadb(["show", "2024-11-01"])
            .ok()
            .says("Alice, Bob");

        laptop.git(["add", "journal"]).ok();
        laptop
            .git(["commit", "-m", "Copies"])
            .exits(1)
            .warns(&format!(
                "{other}: a second entry of 2024-11-01; the first is {NOV_1}"
            ))
            .warns("nothing was committed");
        // What is not staged is not asked about.
        laptop.git(["rm", "-q", "--cached", other]).ok();
        laptop
            .git(["commit", "-q", "--allow-empty", "-m", "None"])
            .ok();
        laptop.remove(other);
        laptop
            .yaml2sql(["sync", "journal/md"])
            .ok()
            .says("0 failed");
    }
}

/// Which of the two is recorded would depend on their folders' names.
#[test]
fn two_note_pages_of_one_date() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let page = "wiki/entries/2024/2024-11-01.md";
    laptop.write(page, "One.\n");
    laptop.commit("A note");
    let other = "wiki/entries/2024-11-01.md";
    laptop.write(other, "Two.\n");
    let both = format!("{other} and {page} are both the note of 2024-11-01; expected one");
    laptop
        .wiki2sql(["import", "entries"])
        .exits(1)
        .says("0 created, 0 updated, 0 unchanged, 0 deleted, 0 restored, 2 failed")
        .warns(&format!("{other}:1:1: {both}"))
        .warns(&format!("{page}:1:1: {both}"));
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "-m", "Two"])
        .exits(1)
        .warns(&format!(
            "{other}: a second note page of 2024-11-01; the first is {page}; keep one of them, \
             for example `git rm --cached {other}`"
        ));
    // One that moves is no second one.
    laptop.git(["rm", "-q", "--cached", page]).ok();
    laptop.remove(page);
    laptop.commit("Moved");
    laptop.assert_clean();
    let shown = laptop.metadb(["show", "2024-11-01"]).ok();
    shown.says("Two.");
    // Not even of two that came with a merge.
    laptop.write(page, "One.\n");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "Two"])
        .ok();
    let moved = "wiki/entries/old/2024-11-01.md";
    laptop.write(moved, "Two.\n");
    laptop.remove(other);
    laptop.commit("Moved once more");
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_named_and_not_followed() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let outside = sandbox.folder("outside");
    for (file, of) in [
        (outside.path("secret.md"), "2024-12-24"),
        (laptop.path("elsewhere.md"), "2024-12-25"),
    ] {
        let text = format!("---\ndate: {of}\npeople: [Mallory]\n---\n");
        fs::write(file, text).unwrap();
    }
    laptop.write_entry("2024-12-27", "people: [Eve]\n", "Snow.\n");
    let links = [
        ("2024-12-24", "../../../../outside/secret.md".into()),
        ("2024-12-25", laptop.path("elsewhere.md")),
        ("2024-12-26", "/etc/passwd".into()),
    ];
    for (date, target) in &links {
        std::os::unix::fs::symlink(target, laptop.path(&entry(date))).unwrap();
    }
    let run = laptop.yaml2sql(["sync", "journal/md"]).ok();
    let mut run = run.says("1 created");
    for (date, _) in &links {
        let file = entry(date);
        run = run.warns(&format!("{file}: skipped, a symbolic link"));
        laptop.metadb(["show", date]).exits(1).lacks("Mallory");
        laptop.yaml2sql(["update", &file]).warns("a symbolic link");
    }
    laptop.git(["add", "-A"]).ok();
    let mut run = laptop.git(["commit", "-m", "Links"]).ok();
    for (date, target) in &links {
        let file = entry(date);
        run = run.warns(&format!("{file}: a symbolic link"));
        assert_eq!(&fs::read_link(laptop.path(&file)).unwrap(), target);
    }
    laptop.assert_clean();
}

#[test]
fn a_wait_that_is_no_number_of_seconds_is_said() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    for wrong in ["10s", "-1", "1.5", "soon", "\u{1b}[31m"] {
        let wait = [("PALIMPSEST_LOCK_WAIT", wrong)];
        let run = laptop.run_with(&wait, "metadb", ["sync", "status"]).ok();
        let said = run.stderr.matches("PALIMPSEST_LOCK_WAIT=").count();
        assert_eq!(said, 1, "{run}");
        run.warns("expected whole seconds, such as 10; waiting as long as without it")
            .silent_about("\u{1b}");
    }
    for right in ["0", "60", ""] {
        let wait = [("PALIMPSEST_LOCK_WAIT", right)];
        let run = laptop.run_with(&wait, "metadb", ["sync", "status"]);
        run.ok().silent_about("PALIMPSEST_LOCK_WAIT");
    }
}

#[test]
fn a_locked_database_is_named_with_its_holder() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let database = laptop.path("data/palimpsest.db");
    for (lock, before, after, removed) in [
        ("", "Alice, Bob", "Alice", "Bob"),
        ("PRAGMA locking_mode = EXCLUSIVE;", "Alice", "Eve", "Alice"),
    ] {
        let holder = rusqlite::Connection::open(&database).unwrap();
        holder
            .execute_batch(&format!("{lock} BEGIN EXCLUSIVE;"))
            .unwrap();
        let wait = [("PALIMPSEST_LOCK_WAIT", "0")];
        let run = laptop.run_with(&wait, "metadb", ["sync", "status"]);
        let run = run
            .exits(1)
            .warns("palimpsest.db: locked by ")
            .warns("run the command again");
        if cfg!(target_os = "linux") {
            run.warns(&format!("(process {})", std::process::id()));
        }
        laptop.edit(NOV_1, before, after);
        laptop
            .yaml2sql(["update", NOV_1])
            .exits(1)
            .warns("palimpsest.db")
            .warns("locked");
        // A commit needs no database: it records, with the removal's row.
        laptop.git(["commit", "-qam", "Remove"]).ok();
        laptop.assert_clean();
        laptop
            .git(["show", "HEAD:data/ledger/2024.jsonl"])
            .ok()
            .says(&format!("\"item\":\"{removed}\""));
        holder.execute_batch("ROLLBACK").unwrap();
        drop(holder);
        laptop.metadb(["sync", "status"]).ok();
        laptop
            .metadb(["show", "2024-11-01"])
            .ok()
            .says(after)
            .lacks(removed);
    }
}

#[test]
fn a_broken_database_is_rebuilt() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.write("data/palimpsest.db", "no database at all");
    laptop.metadb(["show", "2024-11-01"]).ok().says("Bob");
    laptop.remove("data/palimpsest.db");
    laptop.metadb(["show", "2024-11-01"]).ok().says("Bob");
    laptop.assert_clean();
}

#[test]
fn no_repository() {
    let sandbox = Sandbox::new();
    let plain = sandbox.folder("plain");
    plain.write_entry("2024-11-01", "people: [Alice]\n", "Coffee.\n");
    for run in [
        plain.metadb(["show", "2024-11-01"]),
        plain.yaml2sql(["sync", "journal/md"]),
        plain.metadb(["sync", "conflicts"]),
        plain.palimpsest(["init"]),
        plain.palimpsest(["doctor"]),
    ] {
        run.exits(1).warns("repository");
    }
    assert!(!plain.exists("data"), "something was written");
    assert!(!plain.exists("palimpsest.toml"), "something was written");
}

#[test]
fn a_repository_without_commits() {
    let sandbox = Sandbox::new();
    let fresh = sandbox.repository("fresh");
    fresh.write_entry("2024-11-01", "people: [Alice, Bob]\n", "Coffee.\n");
    fresh.palimpsest(["init"]).ok();
    fresh.yaml2sql(["sync", "journal/md"]).ok();
    fresh.metadb(["show", "2024-11-01"]).ok().says("Bob");
    fresh.metadb(["sync", "conflicts"]).ok();
    fresh.metadb(["tombstone", "list"]).ok();
    fresh.commit("The first");
    fresh.assert_clean();
    fresh
        .metadb(["sync", "status"])
        .ok()
        .says("Total entities tracked: 1");
}

#[test]
fn a_detached_head() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.git(["checkout", "-q", "--detach"]).ok();
    laptop.assert_clean();
    laptop.edit(NOV_1, "[Alice, Bob]", "[Alice]");
    laptop.git(["commit", "-qam", "Remove Bob"]).ok();
    laptop.assert_clean();
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.assert_clean();
    laptop.metadb(["show", "2024-11-01"]).ok().says("Bob");
}

#[test]
fn paths_with_spaces_quotes_and_letters() {
    let sandbox = Sandbox::in_folder("it's \"Ana's\" diário – ");
    let entries = [("2024-11-01", "people: [Alice]\n", "Coffee.\n")];
    let (laptop, desktop) = journal(&sandbox, &entries);
    laptop.edit(NOV_1, "[Alice]", "[Alice, Bob]");
    laptop.commit("Bob");
    laptop.push();
    desktop.edit(NOV_1, "[Alice]", "[Alice, Charlie]");
    desktop.commit("Charlie");
    desktop.pull();
    desktop.assert_clean();
    assert!(desktop.read(NOV_1).contains("[Alice, Bob, Charlie]"));
    desktop.metadb(["show", "2024-11-01"]).ok().says("Charlie");
}

#[test]
fn an_entry_in_a_folder_with_spaces_quotes_and_letters() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let file = "journal/md/Zoë's \"autumn\" é/2024-11-30.md";
    laptop.write(
        file,
        "---\ndate: 2024-11-30\npeople: [Zoë, Bob]\n---\nFog.\n",
    );
    laptop.yaml2sql(["update", file]).ok();
    laptop.commit("Fog");
    laptop.assert_clean();
    laptop.edit(file, "Zoë, Bob", "Zoë");
    laptop
        .git(["commit", "-qm", "Without Bob", "--", file])
        .ok();
    laptop.assert_clean();
    laptop
        .git(["show", "HEAD:data/ledger/2024.jsonl"])
        .ok()
        .says("2024-11-30");
    laptop.metadb(["show", file]).ok().says("Zoë").lacks("Bob");
}
