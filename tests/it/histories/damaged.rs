//! An object of history is missing or cut short: a commit is checked all the same, a merge
//! does what the ledgers say, and each says what could not be read.

use super::*;

/// An object's file among the loose ones.
fn place_of(machine: &Machine<'_>, id: &str) -> std::path::PathBuf {
    let (folder, name) = id.split_at(2);
    machine.path(&format!(".git/objects/{folder}/{name}"))
}

fn forget_notes(machine: &Machine<'_>) {
    machine.git(["config", "gc.auto", "0"]).ok();
    for note in ["history", "told", "told-there", "recorded"] {
        let _ = std::fs::remove_file(machine.path(&format!(".git/palimpsest/{note}")));
    }
}

/// Edits with and without hooks; gives the id of a version in between, which is kept aside
/// in `aside`.
#[track_caller]
fn lose_a_version(machine: &Machine<'_>) -> (String, Vec<u8>) {
    edit(machine, "weather: fair", "weather: wet");
    edit_without_hooks(machine, "[Alice, Bob]", "[Alice]");
    edit(machine, "tags: [rain]", "tags: [rain, sea]");
    edit(machine, "mood: calm", "mood: good");
    let id = machine.oid(&format!("HEAD~2:{}", crate::sandbox::entry(DAY)));
    let place = place_of(machine, &id);
    let bytes = std::fs::read(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    forget_notes(machine);
    (id, bytes)
}

#[test]
fn a_commit_is_checked_where_history_cannot_be_read() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let (id, bytes) = lose_a_version(&laptop);
    let good = laptop.read_entry(DAY);
    let marked = format!("{good}<<<<<<< HEAD\none\n=======\ntwo\n>>>>>>> theirs\n");
    laptop.write(&crate::sandbox::entry(DAY), marked);
    laptop
        .git(["commit", "-q", "-a", "-m", "Markers"])
        .fails()
        .warns("conflict markers");
    laptop.write(&crate::sandbox::entry(DAY), good);
    laptop.edit_entry(DAY, "[Alice]", "[]");
    laptop
        .git(["commit", "-q", "-a", "-m", "Nobody"])
        .ok()
        .warns(
            "this commit was checked, but its removals could not be recorded: cannot read object",
        )
        .warns(&id)
        .warns("git fetch --refetch");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(&id)
        .says("git fsck");
    laptop
        .palimpsest(["backup-full"])
        .ok()
        .warns("the backup is without the index")
        .warns(&id);
    // Once the object is back, nothing is lost.
    std::fs::write(place_of(&laptop, &id), bytes).unwrap();
    laptop.edit_entry(DAY, "mood: good", "mood: better");
    laptop.commit("Better");
    laptop
        .metadb(["tombstone", "list"])
        .ok()
        .says("Alice")
        .says("Bob");
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn an_object_that_is_cut_short_stops_nothing_for_ever() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let (id, bytes) = lose_a_version(&laptop);
    std::fs::write(place_of(&laptop, &id), &bytes[..bytes.len() - 20]).unwrap();
    let said = format!("cannot read object {id}: the file of the object is damaged");
    laptop.edit_entry(DAY, "[Alice]", "[]");
    laptop
        .git(["commit", "-q", "-a", "-m", "Nobody"])
        .ok()
        .warns(&said);
    laptop.metadb(["tombstone", "list"]).fails().warns(&said);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(&format!("git object {id} cannot be read: the file of"));
}

#[test]
fn a_merge_without_history_goes_by_the_ledgers() {
    for cut in [None, Some(20)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&laptop, "weather: fair", "weather: wet");
        edit(&laptop, "weather: wet", "weather: hot");
        laptop.push();
        desktop.pull();
        edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
        edit(&laptop, "weather: hot", "weather: cold");
        laptop.push();
        edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        let id = desktop.oid(&format!("HEAD~2:{}", crate::sandbox::entry(DAY)));
        let place = place_of(&desktop, &id);
        let bytes = std::fs::read(&place).unwrap();
        std::fs::remove_file(&place).unwrap();
        if let Some(cut) = cut {
            std::fs::write(&place, &bytes[..bytes.len() - cut]).unwrap();
        }
        forget_notes(&desktop);
        desktop
            .git(["pull", "-q", "--no-rebase"])
            .warns("merged with the removals that the ledgers have, without history")
            .warns(&id);
        assert!(!desktop.read_entry(DAY).contains("Carol"), "{cut:?}");
    }
}

#[test]
fn a_deleted_entry_is_seen_again_once_its_object_is_back() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    edit(&laptop, "weather: fair", "weather: wet");
    let id = laptop.oid(&format!("HEAD:{}", crate::sandbox::entry(DAY)));
    laptop.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
    laptop.commit("Gone");
    let place = place_of(&laptop, &id);
    let bytes = std::fs::read(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    std::fs::remove_file(laptop.path("data/palimpsest.db")).unwrap();
    let shown = laptop.metadb(["show", DAY]).ok();
    shown.says("its last version is not in this repository");
    std::fs::write(&place, bytes).unwrap();
    let shown = laptop.metadb(["show", DAY]).ok();
    shown.lacks("its last version").says("rain");
}

/// With the notes of history in place, none of these is read until a listing, a commit or
/// `metadb restore` needs it.
#[test]
fn doctor_names_each_object_that_a_reader_will_need_and_what_brings_it_back() {
    let day = crate::sandbox::entry(DAY);
    let other = crate::sandbox::entry("2024-11-02");
    let objects = [
        (
            format!("HEAD:{day}"),
            format!("{day} in HEAD"),
            "git hash-object",
        ),
        (format!("HEAD~2:{day}"), String::new(), ""),
        (
            "HEAD:data/ledger/2024.jsonl".into(),
            "data/ledger/2024.jsonl in HEAD".into(),
            "git hash",
        ),
        (
            format!("HEAD~2:{other}"),
            format!("{other}, deleted, its last version"),
            "git fetch",
        ),
        (
            "HEAD:journal/md/2024".into(),
            "not all was checked".into(),
            "git fetch",
        ),
    ];
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.write_entry("2024-11-02", "people: [Alice]", "Else.\n");
    laptop.commit("Another");
    laptop.git(["rm", "-q", &other]).ok();
    laptop.commit("Gone");
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    desktop.pull();
    let rename = |from: &str, to: &str| {
        let [from, to] = [from, to].map(|name| format!("{name}.origin"));
        let rename = ["config", "--rename-section", &from, &to];
        laptop.git(rename).ok();
    };
    let clone = desktop.dir().to_str().unwrap();
    for (object, said, mend) in &objects {
        for (damaged, has_remote) in [(false, true), (false, false), (true, true), (true, false)] {
            let id = laptop.oid(object);
            let place = place_of(&laptop, &id);
            let bytes = std::fs::read(&place).unwrap();
            std::fs::remove_file(&place).unwrap();
            if damaged {
                std::fs::write(&place, &bytes[..20]).unwrap();
            }
            if !has_remote {
                rename("remote", "other");
            }
            // The command is for where it was asked for.
            let here = match has_remote {
                true => laptop.clone(),
                false => laptop.inside("journal/md"),
            };
            let doctor = here.palimpsest(["doctor"]);
            if mend.is_empty() {
                doctor.ok();
                std::fs::write(&place, &bytes).unwrap();
            } else {
                let doctor = doctor.exits(1).says(said).says(&id);
                let told = doctor.stdout.matches(&id[2..]).count();
                assert_eq!(told, 1 + usize::from(damaged), "{doctor}");
                let mut lines = doctor.stdout.lines();
                let line = lines.find(|line| line.contains(mend)).unwrap();
                let command = line.trim_start_matches("    mend: ").split(" (").next();
                let command = command.unwrap().replace("FOLDER", clone);
                here.run_with(&[], "sh", ["-c", &command]).ok();
            }
            laptop.palimpsest(["doctor"]).ok();
            if !has_remote {
                rename("other", "remote");
            }
            laptop.git(["cat-file", "-e", &id]).ok();
        }
    }
    laptop.metadb(["restore", "Entry", "2024-11-02"]).ok();
}

/// An edited file does not have HEAD's version, and a clone that is cut off never had the
/// version of an entry that was deleted before.
#[test]
fn doctor_names_what_the_work_tree_has_no_more_and_nothing_that_was_never_here() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
    laptop.write_entry("2024-11-02", "people: [Alice]", "Else.\n");
    laptop.commit("Gone, and another");
    laptop.push();
    let remote = format!("file://{}", sandbox.root().join("remote.git").display());
    let args = ["clone", "-q", "--depth", "1", &remote, "phone"];
    sandbox.run_in(sandbox.root(), "git", args).ok();
    let phone = sandbox.folder("phone");
    phone.palimpsest(["init"]).ok();
    phone.palimpsest(["doctor"]).ok();

    laptop.edit_entry("2024-11-02", "Alice", "Bob");
    let id = laptop.oid(&format!("HEAD:{}", crate::sandbox::entry("2024-11-02")));
    std::fs::remove_file(place_of(&laptop, &id)).unwrap();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(&format!(
            "git object {id} is missing\n    mend: git fetch --refetch"
        ))
        .lacks("make the file readable");
}

/// A ledger, or a file of git's, may name another object than it should. Deleting that one
/// would be the only loss.
#[test]
fn doctor_advises_to_delete_no_object_that_can_be_read() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
    laptop.commit("Gone");
    let blob = laptop.oid(&format!("HEAD^:{}", crate::sandbox::entry(DAY)));
    let commit = laptop.oid("HEAD^");
    laptop.edit(LEDGER, &blob, &commit);
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "A wrong id"]);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(&format!(
            "mend: look at it with git cat-file -p {commit}: it is a commit, and what names it takes it for something else; keep it"
        ))
        .lacks("rm -f");
}

/// The newest commits are the likeliest to be empty after a power cut.
#[test]
fn a_commit_that_cannot_be_read_is_named_and_stops_neither_doctor_nor_a_backup() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    edit(&laptop, "weather: fair", "weather: wet");
    edit(&laptop, "weather: wet", "weather: hot");
    laptop.push();
    laptop.palimpsest(["backup-full"]).ok();
    laptop.write(".merge_file_abc", "x\n");
    let mut archive = std::fs::read_dir(laptop.path("backups/full_data")).unwrap();
    let archive = archive.next().unwrap().unwrap().file_name();
    let archive = archive.to_str().unwrap();
    for object in ["HEAD", "HEAD^", "HEAD~2", "HEAD~2^{tree}"] {
        for cut in [false, true] {
            let id = laptop.oid(object);
            let place = place_of(&laptop, &id);
            let bytes = std::fs::read(&place).unwrap();
            std::fs::remove_file(&place).unwrap();
            if cut {
                std::fs::write(&place, "").unwrap();
            }
            let doctor = laptop.palimpsest(["doctor"]).exits(1);
            let doctor = doctor.says(&format!("git object {id} ")).says("git fetch");
            let doctor = doctor.says("not all was checked");
            assert_eq!(
                doctor.stdout.matches(&id[2..]).count(),
                1 + usize::from(cut)
            );
            doctor.says(".merge_file_abc: left by a process that was killed");
            laptop.palimpsest(["backup-full"]).ok().says("verified");
            laptop.edit_entry(DAY, "mood: calm", "mood: good");
            let restored = laptop.palimpsest(["restore-full", archive]).ok();
            restored
                .says("restored the journal of")
                .says("1 file written");
            forget_notes(&laptop);
            laptop
                .palimpsest(["restore-full", archive])
                .ok()
                .says("restored the journal of")
                .warns(&format!(
                    "the index is not up to date: cannot read object {id}"
                ));
            std::fs::write(&place, bytes).unwrap();
        }
    }
    laptop.remove(".merge_file_abc");
    laptop.palimpsest(["doctor"]).ok();
}
