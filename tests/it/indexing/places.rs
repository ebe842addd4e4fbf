//! Paths, repositories and databases that are not as an index expects them.

use super::*;
use crate::harness::damage;

#[test]
fn nothing_to_index_is_said() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("plain");
    for args in [&["sync", "status"] as &[&str], &["show", "2024-11-01"]] {
        folder
            .metadb(args)
            .exits(1)
            .warns("no git repository here or above");
    }
    folder
        .yaml2sql(["sync", "."])
        .exits(1)
        .warns("no git repository");
    let empty = sandbox.repository("empty");
    empty
        .metadb(["sync", "status"])
        .exits(1)
        .warns("no journal in this repository")
        .warns("`mkdir -p journal/md` and `palimpsest init` set one up");
    empty
        .wiki2sql(["import", "entries"])
        .exits(1)
        .warns("palimpsest init");
}

#[test]
fn it_works_without_commits_and_at_a_detached_head() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    machine
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .says("1 created");
    machine
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("edited, not committed yet");
    machine.write(".git/info/exclude", "data/palimpsest.db\n");
    machine.commit("One");
    machine
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Alice")
        .lacks("State");
    machine.edit_entry("2024-11-01", "Alice", "Bob");
    machine.commit("Two");
    machine.git(["checkout", "-q", "--detach", "HEAD~1"]).ok();
    machine
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Alice")
        .lacks("State");
    machine.git(["checkout", "-q", "main"]).ok();
    machine
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Bob")
        .lacks("State");
}

#[test]
fn paths_that_are_no_entry_are_refused_by_name() {
    let sandbox = Sandbox::in_folder("päl imp'sest ");
    let machine = sandbox.repository("lap top");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    machine.write("notes.md", "x");
    machine
        .yaml2sql(["update", "notes.md"])
        .exits(1)
        .warns("notes.md: no entry of this journal");
    machine
        .yaml2sql(["update", &entry("2024-11-02")])
        .exits(1)
        .warns("no such entry: 2024-11-02");
    machine
        .yaml2sql(["update", "../../x/2024-11-02.md"])
        .exits(1)
        .warns("not a path inside");
    machine
        .yaml2sql(["sync", "data"])
        .exits(1)
        .warns("not in the journal");
    machine.write("palimpsest.toml", "[paths]\njournal = \"my diary\"\n");
    machine
        .yaml2sql(["sync", "data"])
        .exits(1)
        .warns("expected `yaml2sql sync 'my diary'`");
    machine.remove("palimpsest.toml");
    machine
        .yaml2sql(["sync", "journal/md/1999"])
        .exits(1)
        .warns("no such folder");
    machine
        .inside("journal")
        .yaml2sql(["update", "md/2024/2024-11-01.md"])
        .ok();
    machine
        .inside("journal/md/2024")
        .yaml2sql(["sync", "."])
        .ok()
        .says("1 unchanged");
    let outside = sandbox.folder("outside");
    outside
        .yaml2sql(["sync", "../lap top/journal/md"])
        .ok()
        .says("1 unchanged");
}

#[test]
fn a_path_that_is_no_entry_holds_none_of_the_others_up() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    let odd = "journal/md/2024/2024-11-06 Wednesday.md";
    machine.write(odd, "x");
    let day = entry("2024-11-01");
    let args = ["update", odd, "../x.md", &day, &entry("2024-11-02")];
    machine
        .yaml2sql(args)
        .exits(1)
        .says("2024-11-01  created ")
        .warns(&format!("{odd}: no entry of this journal"))
        .warns("x.md: not a path inside")
        .warns("no such entry: 2024-11-02");
    // What a script reads names it, too.
    let json = ["update", "--json", &entry("2024-11-02")];
    let run = machine.yaml2sql(json).exits(1);
    let said: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(said["failed"][0]["path"], entry("2024-11-02"));
    let json = ["update", "--json", odd, &day];
    let run = machine.yaml2sql(json).exits(1);
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["changes"][0]["entry"], "2024-11-01");
    assert_eq!(json["failed"][0]["path"], odd);
}

#[test]
fn a_database_that_cannot_be_used_is_made_anew_and_said() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    machine.write(
        "data/palimpsest.db",
        "somebody's text, long enough to be no database\n".repeat(9),
    );
    let run = machine.metadb(["show", "2024-11-01"]).ok().says("Alice");
    run.warns("no database of palimpsest; kept as ")
        .warns("palimpsest.db.foreign-1");
    // Damage in the middle of what a query needs.
    let path = machine.path("data/palimpsest.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0x5A);
    std::fs::write(&path, bytes).unwrap();
    machine
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Alice")
        .warns("damaged; made anew");
}

/// A disk damages single pages, and a command reads few of them.
#[test]
fn a_damaged_page_makes_the_database_anew_or_the_command_says_what_does() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    let show = ["show", "2024-11-01"];
    machine.metadb(show).ok().says("Alice");
    // What every command reads first.
    damage(&machine, "meta");
    machine
        .yaml2sql(["sync", "--dry-run", "journal/md"])
        .ok()
        .says("1 created");
    machine
        .metadb(show)
        .ok()
        .says("Alice")
        .warns("damaged; made anew");
    machine.metadb(show).ok().silent_about("damaged");
    // What listings alone read.
    damage(&machine, "entry_people");
    machine
        .metadb(show)
        .exits(1)
        .warns("the database is damaged; `palimpsest reindex` makes it anew");
    machine.palimpsest(["reindex"]).ok();
    machine.metadb(show).ok().says("Alice");
}

#[test]
fn the_settings_say_where_the_journal_is_and_how_long_removals_are_listed() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    machine
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .says("1 created");
    machine.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    machine.write("diary/2024-11-02.md", "---\ndate: 2024-11-02\n---\nx\n");
    machine.yaml2sql(["sync", "diary"]).ok().says("1 created");
    assert_eq!(texts(&machine, "SELECT entry FROM entries"), ["2024-11-02"]);
    machine.write("palimpsest.toml", "[paths]\njournl = \"diary\"\n");
    machine
        .yaml2sql(["sync", "diary"])
        .exits(1)
        .warns("palimpsest.toml:2:1: ");
}

/// An ignored file is private perhaps: where git cannot say which are, none gets in.
#[test]
fn nothing_is_indexed_where_git_cannot_say_what_it_ignores() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    machine.write(".gitignore", "*-01.md\n");
    let git = sandbox.bin().join("git");
    let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|git| git.is_file())
        .unwrap();
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *check-ignore*) echo 'cannot look' >&2; exit 128;; esac\n\
         exec {} \"$@\"\n",
        real.display()
    );
    let _ = std::fs::remove_file(&git);
    std::fs::write(&git, script).unwrap();
    std::fs::set_permissions(&git, std::fs::Permissions::from_mode(0o755)).unwrap();
    machine
        .yaml2sql(["sync", "journal/md"])
        .fails()
        .warns("cannot look");
}

/// As after `sudo git pull`: another user made the database, and the folder is ours.
#[test]
fn a_database_that_cannot_be_written_is_made_anew() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2024-11-01", "people: [Alice, Bob]", "Coffee.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let database = laptop.path("data/palimpsest.db");
    let read_only = std::fs::Permissions::from_mode(0o444);
    std::fs::set_permissions(&database, read_only).unwrap();
    if std::fs::OpenOptions::new()
        .append(true)
        .open(&database)
        .is_ok()
    {
        println!("skipped: root can write every file");
        return;
    }
    laptop.edit_entry("2024-11-01", "Bob", "Eve");
    laptop
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Eve")
        .warns("it cannot be written");
    laptop
        .metadb(["show", "2024-11-01"])
        .ok()
        .silent_about("anew");
    laptop.palimpsest(["doctor"]).ok();
}
