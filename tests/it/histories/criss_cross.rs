//! Two machines that merged each other's commits at once: the next merge has two bases,
//! and git makes its base of them, which may lack what both sides had.

use super::*;

/// Each merges what the other committed. What conflicts is as `resolved` says, on both.
fn cross(laptop: &Machine<'_>, desktop: &Machine<'_>, resolved: Option<&str>) {
    for (machine, branch) in [(laptop, "one"), (desktop, "two")] {
        let to = format!("HEAD:{branch}");
        machine.git(["push", "-q", "-f", "origin", &to]).ok();
    }
    for (machine, branch) in [(laptop, "two"), (desktop, "one")] {
        let pulled = machine.git(["pull", "-q", "--no-rebase", "origin", branch]);
        match resolved {
            Some(fields) => {
                pulled.exits(1);
                machine.write_entry(DAY, fields, BODY);
                machine.commit("Resolved");
            }
            None => drop(pulled.ok()),
        }
    }
    laptop.assert_clean();
    desktop.assert_clean();
}

/// With these places in order.
fn at(places: &str) -> String {
    format!("{FIELDS}locations: {places}\n")
}

/// Both additions at one place are a conflict, and the base that git makes has none of
/// them.
#[test]
fn a_place_of_both_bases_that_one_side_removed() {
    for form in ["[Quay, Mole, Slip]", "\n- Quay\n- Mole\n- Slip"] {
        let without = |gone: &[&str]| {
            let out = |text: String, item: &&str| {
                let text = text.replace(&format!(", {item}"), "");
                text.replace(&format!("\n- {item}"), "")
            };
            gone.iter().fold(form.to_owned(), out)
        };
        for back in [false, true] {
            let sandbox = Sandbox::new();
            let (laptop, desktop) = begin(&sandbox);
            laptop.write_entry(DAY, &at(&without(&["Mole", "Slip"])), BODY);
            laptop.commit("Begin");
            laptop.push();
            desktop.pull();
            laptop.write_entry(DAY, &at(&without(&["Slip"])), BODY);
            laptop.commit("Mole");
            desktop.write_entry(DAY, &at(&without(&["Mole"])), BODY);
            desktop.commit("Slip");
            cross(&laptop, &desktop, Some(&at(form)));
            laptop.write_entry(DAY, &at(&without(&["Mole"])), BODY);
            laptop.commit("No mole");
            if back {
                laptop.write_entry(DAY, &at(form), BODY);
                laptop.commit("The mole");
            }
            edit(&desktop, "mood: calm", "mood: good");
            laptop.push();
            desktop.git(["pull", "-q", "--no-rebase"]).ok();
            let text = desktop.read_entry(DAY);
            assert_eq!(text.contains("Mole"), back, "{text}");
            assert!(text.contains("Slip") && text.contains("Quay"), "{text}");
            agree(&desktop, &laptop, &["both_edited"]);
        }
    }
}

/// Git merges the bases as they were: what was removed since stands in them.
#[test]
fn a_person_of_one_base_that_one_side_removed() {
    let orla = "{name: Orla, met: at the quay}";
    for edited in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&laptop, "Bob]", &format!("Bob, {orla}]"));
        edit(&desktop, "mood: calm", "mood: good");
        cross(&laptop, &desktop, None);
        edit(&laptop, &format!(", {orla}"), "");
        edit(&desktop, "[rain]", "[rain, sea]");
        if edited {
            edit(&desktop, "at the quay", "on the ferry");
        }
        laptop.push();
        let pulled = desktop.git(["pull", "-q", "--no-rebase"]);
        let pulled = pulled.silent_about("stays out");
        let text = desktop.read_entry(DAY);
        assert_eq!(pulled.code, i32::from(edited), "{text}");
        assert_eq!(text.contains("on the ferry"), edited, "{text}");
        if !edited {
            assert!(!text.contains("Orla"), "{text}");
            agree(&desktop, &laptop, &["both_edited"]);
        }
    }
}

/// Pulls what removed an item: where it was edited here, that is a conflict with the item
/// in it; else it is gone.
#[track_caller]
fn pull_stops_for(desktop: &Machine<'_>, item: &str, edited: bool) {
    let pulled = desktop.git(["pull", "-q", "--no-rebase"]);
    let text = desktop.read_entry(DAY);
    assert_eq!(pulled.code, i32::from(edited), "{text}");
    assert_eq!(text.contains(item), edited, "{text}");
}

/// Both wrote one date in two ways: what conflicted in the bases was resolved on both,
/// removed here and perhaps edited there.
#[test]
fn a_date_that_one_side_removed_and_the_other_edited() {
    let with = |dates: &str| format!("{FIELDS}dates:\n- 2029-05-05\n{dates}");
    let ferry = "- date: 2030-01-02\n  context: ferry\n";
    for edited in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.write_entry(DAY, &with(""), BODY);
        laptop.commit("Begin");
        laptop.push();
        desktop.pull();
        laptop.write_entry(DAY, &with("- 2030-01-02\n"), BODY);
        laptop.commit("A date");
        desktop.write_entry(DAY, &with(ferry), BODY);
        desktop.commit("The ferry");
        cross(&laptop, &desktop, Some(&with(ferry)));
        edit(&laptop, ferry, "");
        // Else it has just the file that git makes of the bases, and asks no driver.
        edit(&laptop, "mood: calm", "mood: good");
        edit(&desktop, "[rain]", "[rain, sea]");
        if edited {
            edit(&desktop, "context: ferry", "context: the last ferry");
        }
        laptop.push();
        pull_stops_for(&desktop, "2030-01-02", edited);
    }
}

/// The value that was removed is the one that both made when they merged each other: no
/// base has it, and nobody edited it since. Git's own base has him as he was, or not at
/// all.
#[test]
fn a_person_as_both_resolved_it_that_one_side_removed() {
    for (name, edited) in [
        ("Carol", false),
        ("Carol", true),
        ("Bob", false),
        ("Bob", true),
    ] {
        let with = |alias: &str| {
            let fields = FIELDS.replace(&format!(", {name}"), "");
            let person = format!("Alice, {{name: {name}, alias: {alias}}}");
            fields.replace("Alice", &person)
        };
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        for (machine, alias) in [(&laptop, "Cal"), (&desktop, "Cally")] {
            machine.write_entry(DAY, &with(alias), BODY);
            machine.commit("An alias");
        }
        cross(&laptop, &desktop, Some(&with("[Cal, Cally]")));
        let without = FIELDS.replace(&format!(", {name}"), "");
        laptop.write_entry(DAY, &without.replace("calm", "good"), BODY);
        laptop.commit("Without");
        edit(&desktop, "[rain]", "[rain, sea]");
        if edited {
            edit(&desktop, "[Cal, Cally]", "[Cal, Cally, Lola]");
        }
        laptop.push();
        pull_stops_for(&desktop, "Cally", edited);
    }
}

/// Git's base of the two has a part of what each base had.
#[test]
fn a_poem_of_both_bases_that_one_side_removed() {
    let with = |text: &str| format!("{FIELDS}poems:\n- title: One\n  content: a\n{text}");
    let two = |content: &str| with(&format!("- title: Two\n  content: {content}\n"));
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.write_entry(DAY, &with(""), BODY);
    laptop.commit("Begin");
    laptop.push();
    desktop.pull();
    for (machine, content) in [(&laptop, "x"), (&desktop, "y")] {
        machine.write_entry(DAY, &two(content), BODY);
        machine.commit("Two");
    }
    cross(&laptop, &desktop, Some(&two("x")));
    laptop.write_entry(DAY, &with("").replace("calm", "good"), BODY);
    laptop.commit("Without");
    edit(&desktop, "[rain]", "[rain, sea]");
    laptop.push();
    desktop.git(["pull", "-q", "--no-rebase"]).ok();
    let text = desktop.read_entry(DAY);
    assert!(!text.contains("Two"), "{text}");
}
