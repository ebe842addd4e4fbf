//! Entries and pages that one side moved, and the other side deleted or edited.

use crate::sandbox::{DAY, Machine, Sandbox, entry, journal};

const OTHER: &str = "2024-11-02";
const MOVED: &str = "journal/md/2024/11/2024-11-02.md";

/// One machine moved an entry and set a mood elsewhere; the other one deleted it, and set
/// another mood. The merge waits on the machine that `deletes`, or on the other one.
fn stopped<'a>(sandbox: &'a Sandbox, deletes: bool, edit: &str) -> Machine<'a> {
    let entries = [
        (DAY, "mood: calm", "One.\n"),
        (OTHER, "city: Porto", "Quite another story.\n"),
    ];
    let (laptop, desktop) = journal(sandbox, &entries);
    let (here, there) = if deletes {
        (desktop, laptop)
    } else {
        (laptop, desktop)
    };
    let (mover, deleter) = if deletes {
        (&there, &here)
    } else {
        (&here, &there)
    };
    std::fs::create_dir_all(mover.path("journal/md/2024/11")).unwrap();
    mover.git(["mv", &entry(OTHER), MOVED]).ok();
    mover.edit(MOVED, "city: Porto", edit);
    mover.edit_entry(DAY, "mood: calm", "mood: good");
    mover.commit("Sorted");
    deleter.git(["rm", "-q", &entry(OTHER)]).ok();
    deleter.edit_entry(DAY, "mood: calm", "mood: bad");
    deleter.commit("Deleted");
    there.push();
    here.git(["pull", "-q"]).fails();
    here
}

#[test]
fn an_entry_that_one_side_only_moved_stays_deleted() {
    for (deletes, line) in [
        (true, "as we deleted it and they only moved it"),
        (false, "as they deleted it and we only moved it"),
    ] {
        for side in ["--ours", "--theirs"] {
            let sandbox = Sandbox::new();
            let here = stopped(&sandbox, deletes, "city: Porto");
            assert!(here.exists(MOVED));
            here.palimpsest(["resolve", side])
                .ok()
                .says(&format!("{MOVED}: removed, {line}, staged"))
                .says("what stood there before is kept in");
            assert!(!here.exists(MOVED));
            here.git(["commit", "-q", "--no-edit"]).ok();
            here.assert_clean();
            here.metadb(["show", OTHER]).ok().says("deleted at");
            here.metadb(["restore", "Entry", OTHER]).ok();
        }
        // Beside a field of which both make no sense.
        let sandbox = Sandbox::new();
        let here = stopped(&sandbox, deletes, "city: Porto");
        here.palimpsest(["resolve", "--both"]).exits(1).says(line);
        assert!(!here.exists(MOVED));
    }
}

#[test]
fn an_entry_that_was_edited_or_is_meant_by_name_is_a_choice() {
    for deletes in [true, false] {
        let (keeps, who) = match deletes {
            true => ("--theirs", "deleted by us, edited by them"),
            false => ("--ours", "deleted by them, edited by us"),
        };
        let sandbox = Sandbox::new();
        let here = stopped(&sandbox, deletes, "city: Braga");
        here.palimpsest(["resolve"]).exits(1).warns(who);
        here.palimpsest(["resolve", keeps]).ok();
        assert!(here.read(MOVED).contains("Braga"));

        // Named with a side, and edited while the merge waits.
        let sandbox = Sandbox::new();
        let here = stopped(&sandbox, deletes, "city: Porto");
        here.palimpsest(["resolve", keeps, MOVED]).ok();
        assert!(here.read(MOVED).contains("Porto"));
        let sandbox = Sandbox::new();
        let here = stopped(&sandbox, deletes, "city: Porto");
        here.edit(MOVED, "city: Porto", "city: Faro");
        here.palimpsest(["resolve", keeps]).ok();
        assert!(here.read(MOVED).contains("Faro"));
    }
}

/// Its name says something, too.
#[test]
fn another_page_that_one_side_only_moved_is_asked_about() {
    let sandbox = Sandbox::new();
    let site = sandbox.repository("vault");
    site.write("p.md", "---\ntitle: T\n---\nOne.\nTwo.\nThree.\n");
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site.git(["switch", "-q", "-c", "side"]).ok();
    site.git(["mv", "p.md", "q.md"]).ok();
    site.commit("Named");
    site.git(["switch", "-q", "main"]).ok();
    site.git(["rm", "-q", "p.md"]).ok();
    site.commit("Gone");
    site.git(["merge", "-q", "side"]).fails();
    site.palimpsest(["resolve"])
        .exits(1)
        .warns("q.md: deleted by us, only moved by them");
    site.palimpsest(["resolve", "--theirs"]).ok();
    assert!(site.exists("q.md"));
}

/// A client without drivers merged it by line, and committed the markers.
#[test]
fn the_merge_of_an_entry_that_one_side_moved_and_edited_is_made_again() {
    let git = |machine: &Machine<'_>, args: &[&str]| {
        machine.run_with(&[("PALIMPSEST", "0")], "git", args.iter().copied())
    };
    for (moves, later) in [(true, false), (false, false), (true, true)] {
        let sandbox = Sandbox::new();
        let people = "people: [Ann, Bob, Cat]";
        let (laptop, desktop) = journal(&sandbox, &[(OTHER, people, "Quite another story.\n")]);
        let edit = |machine: &Machine<'_>, moves: bool, to: &str| {
            machine.edit_entry(OTHER, people, to);
            if moves {
                machine.write(MOVED, machine.read_entry(OTHER));
                machine.remove(&entry(OTHER));
            }
        };
        edit(&desktop, !moves, "people: [Ann, Cat, Kim]");
        desktop.commit("Kim for Bob");
        desktop.push();
        edit(&laptop, moves, "people: [Ann, Bob, Cat, Zoe]");
        git(&laptop, &["add", "-A"]).ok();
        git(&laptop, &["commit", "-q", "-m", "Zoe"]).ok();
        git(&laptop, &["pull", "-q"]).fails();
        git(&laptop, &["commit", "-q", "-a", "-m", "With markers"]).ok();
        git(&laptop, &["push", "-q"]).ok();
        desktop.git(["pull", "-q"]).ok();
        assert!(desktop.read(MOVED).contains("<<<<<<<"));
        if later {
            desktop.write("page.txt", "Something else.\n");
            desktop.commit("Something else");
        }
        desktop.palimpsest(["resolve", "--ours"]).ok();
        let text = desktop.read(MOVED);
        assert!(text.contains("people: [Ann, Cat, Kim, Zoe]"), "{text}");
    }
}

/// One machine edited an entry, the other one moved it and wrote so much into it that git sees
/// no move. Both have this mood.
fn stopped_at_a_move<'a>(sandbox: &'a Sandbox, moved_here: bool, moods: [&str; 2]) -> Machine<'a> {
    let fields = "people: [Ann, Bob]\nmood:";
    let (laptop, desktop) = journal(sandbox, &[(OTHER, fields, "")]);
    let old = desktop.read_entry(OTHER);
    let filled = old.replace(
        "mood:",
        &format!("mood: {}\ncity: Porto\ntags: [sea, fog]", moods[0]),
    );
    let (mover, editor) = match moved_here {
        true => (&desktop, &laptop),
        false => (&laptop, &desktop),
    };
    mover.remove(&entry(OTHER));
    mover.write(
        MOVED,
        format!("{filled}\nTo the quay, and back\nby the mill.\n"),
    );
    mover.git(["add", "-A"]).ok();
    mover.commit("Sorted and written");
    editor.edit_entry(OTHER, ", Bob", "");
    editor.edit_entry(OTHER, "mood:", &format!("mood: {}", moods[1]));
    editor.commit("Without Bob");
    laptop.push();
    let pulled = desktop.git(["pull", "-q"]).fails();
    pulled.mentions("CONFLICT (modify/delete)");
    desktop
}

#[test]
fn an_entry_that_one_side_moved_and_filled_in_is_merged_where_it_went() {
    for (moved_here, name) in [
        (true, None),
        (false, None),
        (true, Some(MOVED)),
        (false, Some(MOVED)),
    ] {
        let sandbox = Sandbox::new();
        let here = stopped_at_a_move(&sandbox, moved_here, ["calm", "calm"]);
        here.palimpsest(["resolve"].into_iter().chain(name))
            .ok()
            .says(&format!(
                "{MOVED}: merged field by field, moved here from {}, staged",
                entry(OTHER)
            ));
        assert!(!here.exists(&entry(OTHER)));
        here.git(["commit", "-q", "--no-edit"]).ok();
        here.assert_clean();
        let text = here.read(MOVED);
        for line in ["people: [Ann]", "mood: calm", "city: Porto", "by the mill."] {
            assert!(text.contains(line), "no `{line}` in {text}");
        }
        here.metadb(["tombstone", "list"]).ok().says("Bob");
        here.metadb(["sync", "conflicts"])
            .ok()
            .says("No unresolved conflicts");
    }
}

#[test]
fn a_field_of_an_entry_that_moved_is_a_choice_there() {
    for moved_here in [true, false] {
        let sandbox = Sandbox::new();
        let here = stopped_at_a_move(&sandbox, moved_here, ["calm", "good"]);
        here.palimpsest(["resolve"])
            .exits(1)
            .warns(&format!("{MOVED}:4: mood"));
        // Nothing is written in which git has no conflict, so the merge can be given up.
        assert!(!here.read(MOVED).contains("<<<<<<<"));
        here.git(["merge", "--abort"]).ok();
        here.assert_clean();
        here.git(["pull", "-q"]).fails();
        let mut person = here.at_terminal(["resolve"]);
        person.sees("ours, desktop, ").sees("theirs, laptop, ");
        person.types("l\n");
        assert_eq!(person.ends().0, 1);
        here.palimpsest(["resolve", "--ours", &entry(OTHER)]).ok();
        assert!(!here.exists(&entry(OTHER)));
        let ours = if moved_here {
            "mood: calm"
        } else {
            "mood: good"
        };
        let text = here.read(MOVED);
        assert!(text.contains(ours) && !text.contains("Bob"), "{text}");
        here.git(["commit", "-q", "--no-edit"]).ok();
        here.assert_clean();
    }
}

#[test]
fn what_a_person_decided_of_an_entry_that_moved_stays() {
    // The former file, edited since.
    let sandbox = Sandbox::new();
    let here = stopped_at_a_move(&sandbox, false, ["calm", "calm"]);
    here.edit_entry(OTHER, "mood: calm", "mood: good");
    here.palimpsest(["resolve"])
        .exits(1)
        .warns("deleted by them, edited by us");
    // The other one, merged by hand.
    let sandbox = Sandbox::new();
    let here = stopped_at_a_move(&sandbox, false, ["calm", "calm"]);
    here.edit(MOVED, "people: [Ann, Bob]", "people: [Ann, Zoe]");
    here.palimpsest(["resolve", "--theirs"]).ok();
    assert!(!here.exists(&entry(OTHER)));
    assert!(here.read(MOVED).contains("Zoe"));
}
