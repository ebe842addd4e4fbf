//! A journal in other folders than the default's, as `palimpsest.toml` says.

use crate::sandbox::{Machine, Sandbox};

const FILE: &str = "diary of Ana/md/2024/2024-11-01.md";

fn in_other_folders(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = sandbox.machine("laptop");
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \"diary of Ana/md\"\nledger = \"diary of Ana/ledger\"\n\
         database = \"diary of Ana/index.db\"\n",
    );
    laptop.write(
        FILE,
        "---\ndate: 2024-11-01\npeople: [Alice, Bob]\n---\nCoffee.\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.assert_clean();
    laptop
}

#[test]
fn the_whole_loop() {
    let sandbox = Sandbox::new();
    let laptop = in_other_folders(&sandbox);
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop.palimpsest(["init"]).ok();
    desktop.assert_clean();

    laptop.edit(FILE, "[Alice, Bob]", "[Alice]");
    laptop.commit("Without Bob");
    laptop
        .git(["show", "HEAD:diary of Ana/ledger/2024.jsonl"])
        .ok()
        .says("Bob");
    laptop.push();
    desktop.edit(FILE, "[Alice, Bob]", "[Alice, Bob, Charlie]");
    desktop.commit("Charlie");
    desktop.pull();
    desktop.assert_clean();
    assert!(desktop.read(FILE).contains("people: [Alice, Charlie]\n"));
    assert!(desktop.exists("diary of Ana/index.db"));
    assert!(!desktop.exists("data"), "something in the default's folder");
    let inside = desktop.inside("diary of Ana/md/2024");
    inside.yaml2sql(["update", "2024-11-01.md"]).ok();
    inside.yaml2sql(["sync", "."]).ok();
    inside
        .metadb(["show", "2024-11-01.md"])
        .ok()
        .says("Charlie");
    desktop.palimpsest(["doctor"]).ok();
}

#[test]
fn wrong_settings_are_named_and_stop_a_commit_alone() {
    let sandbox = Sandbox::new();
    let laptop = in_other_folders(&sandbox);
    laptop.write("palimpsest.toml", "[paths]\njournal = \"../elsewhere\"\n");
    laptop.edit(FILE, "Coffee", "Tea");
    laptop
        .git(["commit", "-am", "Tea"])
        .fails()
        .warns("palimpsest.toml:2")
        .warns("--no-verify");
    laptop
        .metadb(["show", "2024-11-01"])
        .exits(1)
        .warns("palimpsest.toml:2");
    laptop
        .git(["switch", "-q", "-c", "other"])
        .ok()
        .warns("palimpsest.toml:2");
}

/// Letters that mean something in patterns.
#[test]
fn folders_with_brackets_and_stars() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \"diary [a]*\"\nwiki = \"notes?\"\nledger = \"[x]/ledger\"\n\
         database = \"data/x[1].db\"\n",
    );
    let day = "diary [a]*/2024/2024-11-01.md";
    laptop.write(
        day,
        "---\ndate: 2024-11-01\npeople: [Alice, Bob]\n---\nCoffee.\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop
        .palimpsest(["doctor"])
        .ok()
        .is("everything is in order");
    laptop.commit("Begin");
    laptop
        .git(["ls-files"])
        .ok()
        .lacks("x[1].db")
        .says("2024.jsonl");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop.palimpsest(["init"]).ok();
    desktop.palimpsest(["doctor"]).ok();
    laptop.edit(day, "Bob", "Bob, Eve");
    laptop.commit("Eve");
    laptop.push();
    desktop.edit(day, "Alice, Bob", "Alice");
    desktop.commit("Not Bob");
    desktop.pull();
    desktop.assert_clean();
    assert!(desktop.read(day).contains("people: [Alice, Eve]\n"));
    let more = desktop.git(["check-attr", "merge", "diary aX/x.md"]).ok();
    more.says("unspecified");
}

/// The file is gone, and its removal is not part of the next commit.
#[test]
fn settings_that_are_gone_from_the_work_tree_hold() {
    let sandbox = Sandbox::new();
    let laptop = in_other_folders(&sandbox);
    laptop.remove("palimpsest.toml");
    laptop.edit(FILE, "[Alice, Bob]", "[Alice]");
    laptop
        .git(["commit", "-q", "-m", "Not Bob", "--", FILE])
        .ok()
        .warns("recorded: person Bob removed");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("palimpsest.toml: gone from the work tree\n    mend: git restore palimpsest.toml");
    for command in [&["init"][..], &["doctor", "--fix"]] {
        laptop.palimpsest(command).lacks("set palimpsest.toml");
        assert!(!laptop.exists("palimpsest.toml"));
    }
    laptop.git(["restore", "palimpsest.toml"]).ok();
    laptop.assert_clean();
    laptop.palimpsest(["doctor"]).ok();
}

/// The top of the repository can be each of the folders, and one can be in another.
#[test]
fn the_folders_can_be_the_whole_repository_and_one_another() {
    for (journal, wiki, ledger) in [
        (".", "wiki", "led"),
        ("j", "w", "."),
        (".", "j/wiki", "."),
        ("j", "j/w", "j"),
    ] {
        let sandbox = Sandbox::new();
        let machine = sandbox.machine("laptop");
        let settings =
            format!("[paths]\njournal = \"{journal}\"\nwiki = \"{wiki}\"\nledger = \"{ledger}\"\n");
        machine.write("palimpsest.toml", &settings);
        let path = |folder: &str, file: &str| match folder {
            "." => file.to_owned(),
            folder => format!("{folder}/{file}"),
        };
        let entry = path(journal, "2024/2024-11-01.md");
        let text = "---\ndate: 2024-11-01\npeople: [Alice, Bob]\n---\nCoffee.\n";
        machine.write(&entry, text);
        machine.write(&path(wiki, "2024/2024-11-01.md"), "Keep the ferry.\n");
        machine.palimpsest(["init"]).ok();
        machine.commit("Begin");
        machine.assert_clean();
        let shown = machine.metadb(["show", "2024-11-01", "--full"]).ok();
        shown
            .says(&format!("File:          {entry}\n"))
            .says("Alice, Bob")
            .says("Keep the ferry.");
        machine.yaml2sql(["sync", "."]).ok().says("1 unchanged");
        let folder = path(journal, "2024");
        machine.yaml2sql(["sync", &folder]).ok();
        let update = machine.yaml2sql(["update", &entry]).ok();
        update.says("1 unchanged");
        let import = machine.wiki2sql(["import", "entries"]).ok();
        import.says("1 unchanged");

        machine.edit(&entry, ", Bob", "");
        machine.commit("Without Bob");
        machine.assert_clean();
        let rows = machine.read(&path(ledger, "2024.jsonl"));
        assert!(rows.contains("Bob"), "{settings}: {rows}");
        machine.metadb(["tombstone", "list"]).ok().says("Bob");
        machine.palimpsest(["doctor"]).ok();
        let shown = machine.metadb(["show", "2024-11-01", "--full"]).ok();
        machine.palimpsest(["reindex"]).ok();
        let anew = machine.metadb(["show", "2024-11-01", "--full"]).ok();
        assert_eq!(shown.stdout, anew.stdout);
        machine.palimpsest(["backup-full"]).ok();
        machine.remove(&entry);
        machine.metadb(["restore", "Entry", "2024-11-01"]).ok();
        machine.assert_clean();
    }
}

#[test]
fn files_of_a_journal_are_named_from_within_another_repository() {
    let sandbox = Sandbox::new();
    let laptop = in_other_folders(&sandbox);
    let code = sandbox.repository("code");
    code.write("README", "Code.\n");
    code.commit("Begin");
    laptop.edit(FILE, "Bob", "Zoe");
    code.yaml2sql(["update", &format!("../laptop/{FILE}")])
        .ok()
        .says("1 updated");
    code.yaml2sql(["sync", "../laptop/diary of Ana/md"]).ok();
    assert!(!code.exists("data") && !code.exists(".git/info/exclude.db"));
    // What stands in the one around is still said of that one.
    code.yaml2sql(["update", "README"])
        .exits(1)
        .warns("no journal in this repository");
    // A journal of its own is the one that is meant, but for paths outside of it.
    let other = sandbox.repository("other");
    other.write_entry("2024-11-01", "people: [Ann]", "x\n");
    other.palimpsest(["init"]).ok();
    other
        .yaml2sql(["update", &format!("../laptop/{FILE}")])
        .ok();
    other.metadb(["show", "2024-11-01"]).ok().says("Ann");
}

/// `doctor DIR` merges again what was committed with markers, with the removals of that
/// repository.
#[test]
fn doctor_says_the_same_of_a_folder_from_wherever_it_is_asked() {
    let sandbox = Sandbox::new();
    let laptop = in_other_folders(&sandbox);
    laptop.git(["switch", "-qc", "other"]).ok();
    laptop.edit(FILE, "Bob]", "Bob, Cyd]\nmood: wild");
    laptop.commit("Wild, with Cyd");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.edit(FILE, "Bob]", "Bob, Eve]\nmood: calm");
    laptop.commit("Calm, with Eve");
    let plain = [("PALIMPSEST", "0")];
    laptop.run_with(&plain, "git", ["merge", "other"]).fails();
    laptop.git(["add", "-A"]).ok();
    laptop
        .run_with(&plain, "git", ["commit", "-qm", "As a phone merges"])
        .ok();
    let inside = laptop.palimpsest(["doctor"]).exits(1);
    let inside = inside.says(&format!("{FILE}:3: conflict markers"));
    let outside = sandbox.folder(".");
    let beside = sandbox.repository("beside");
    for (from, dir) in [(&outside, "laptop"), (&beside, "../laptop")] {
        from.palimpsest(["doctor", dir])
            .exits(1)
            .says(&format!("/laptop\n{}", inside.stdout));
    }
}

/// Git reads a partial clone, and its settings with it; where git reads nothing, no rules of
/// somebody else's are taken for them.
#[test]
fn a_merge_by_hand_has_the_settings_of_any_repository_around_it() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write("palimpsest.toml", "[merge.fields]\nscore = \"stamp\"\n");
    for (name, day) in [("base", 1), ("ours", 2), ("theirs", 3)] {
        laptop.write(
            &format!("in/{name}.md"),
            format!("---\ndate: 2024-11-01\nscore: 2024-11-0{day}\n---\nOne.\n"),
        );
    }
    laptop.commit("Begin");
    let merge = ["merge", "base.md", "ours.md", "theirs.md"];
    let folder = laptop.inside("in");
    folder.palimpsest(merge).ok().says("score: 2024-11-03\n");
    laptop
        .git(["config", "core.repositoryFormatVersion", "1"])
        .ok();
    laptop
        .git(["config", "extensions.partialClone", "origin"])
        .ok();
    folder.palimpsest(merge).ok().says("score: 2024-11-03\n");
    laptop.remove("palimpsest.toml");
    folder.palimpsest(merge).ok().says("score: 2024-11-03\n");
    laptop.write("palimpsest.toml", "[merge.fields]\nscore = \"what\"\n");
    folder
        .palimpsest(merge)
        .fails()
        .warns("palimpsest.toml")
        .lacks("score");
    // Git reads nothing there itself.
    laptop.git(["config", "extensions.unheardOf", "true"]).ok();
    folder.palimpsest(merge).fails().lacks("score");
    // In none, and where no work tree is, the defaults count.
    let bare = sandbox.folder("remote.git");
    for other in [sandbox.folder("files"), bare] {
        for name in ["base.md", "ours.md", "theirs.md"] {
            other.write(name, laptop.read(&format!("in/{name}")));
        }
        other.palimpsest(merge).exits(1).says("<<<<<<<");
    }
}
