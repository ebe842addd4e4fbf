//! An item that one machine removed and the other changed is a conflict of its own:
//! whoever resolves it decides about the item.

use super::*;

const POEMS: &str = "mood: calm
people:
  - Orla
  - name: Bram
    alias: Pip
poems:
  - title: Fog Study
    content: |
      one line
  - title: Ferry
    content: |
      the boat leaves
      the boat is gone
";

/// The laptop takes Bram and the Ferry out, the desktop changes both.
fn removed_and_changed<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = journal(sandbox, &[(DAY, POEMS, BODY)]);
    laptop.edit_entry(DAY, "  - name: Bram\n    alias: Pip\n", "");
    let ferry = "  - title: Ferry\n    content: |\n      the boat leaves\n      the boat is gone\n";
    edit(&laptop, ferry, "");
    desktop.edit_entry(DAY, "alias: Pip", "alias: [Pip, Moth]");
    edit(&desktop, "boat is gone", "boat is long gone");
    (laptop, desktop)
}

/// Both machines have these items, in the file and in the index, and nothing is listed.
#[track_caller]
fn both_have(machines: [&Machine<'_>; 2], kept: bool) {
    for machine in [machines[1], machines[0], machines[1]] {
        machine.git(["pull", "-q", "--no-rebase"]).ok();
        machine.push();
    }
    for machine in machines {
        machine.assert_clean();
        assert_eq!(listed(machine), [""; 0]);
        let text = machine.read_entry(DAY);
        let shown = machine.metadb(["show", DAY, "--full"]).ok().stdout;
        let (shown, _) = shown.split_once("\nRemovals").unwrap_or((&shown, ""));
        for item in ["Bram", "Ferry"] {
            assert_eq!(text.contains(item), kept, "{text}");
            assert_eq!(shown.contains(item), kept, "{shown}");
        }
        assert_eq!(text.contains("long gone"), kept, "{text}");
    }
}

#[test]
fn what_is_chosen_against_its_removal_is_let_in() {
    for keeps in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = removed_and_changed(&sandbox);
        laptop.push();
        desktop.git(["pull", "-q"]).exits(1);
        let side = if keeps { "--ours" } else { "--theirs" };
        let run = desktop.palimpsest(["resolve", side]).ok();
        if keeps {
            run.says("person Bram, poem Ferry let in again, staged");
        }
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        both_have([&laptop, &desktop], keeps);
    }
}

/// From the machine that removed.
#[test]
fn what_the_other_side_changed_is_let_in_where_that_is_chosen() {
    for keeps in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = removed_and_changed(&sandbox);
        desktop.push();
        laptop.git(["pull", "-q"]).exits(1);
        let side = if keeps { "--theirs" } else { "--ours" };
        laptop.palimpsest(["resolve", side]).ok();
        laptop.git(["commit", "-q", "--no-edit"]).ok();
        both_have([&laptop, &desktop], keeps);
    }
}

#[test]
fn what_is_kept_by_hand_against_its_removal_is_let_in() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = removed_and_changed(&sandbox);
    laptop.push();
    desktop.git(["pull", "-q"]).exits(1);
    let text = desktop.read_entry(DAY);
    let is_marker = |line: &&str| {
        ["<<<<<<<", "=======", ">>>>>>>"]
            .iter()
            .any(|m| line.starts_with(m))
    };
    let lines: Vec<&str> = text.lines().filter(|line| !is_marker(line)).collect();
    desktop.write(
        &crate::sandbox::entry(DAY),
        format!("{}\n", lines.join("\n")),
    );
    desktop.git(["add", "-A"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    assert_eq!(active(&desktop.ledger(2024)), 0);
    both_have([&laptop, &desktop], true);
}

/// What stands in the file against a removal, beside the conflict, was nobody's question.
#[test]
fn what_stands_beside_the_conflict_is_asked_as_before() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, POEMS, BODY)]);
    let tide = "  - title: Tide\n    content: |\n      in and out\n";
    laptop.write(
        &crate::sandbox::entry(DAY),
        laptop
            .read_entry(DAY)
            .replace("is gone\n", &format!("is gone\n{tide}")),
    );
    laptop.commit("Tide");
    edit(&laptop, tide, "");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    desktop.write(
        &crate::sandbox::entry(DAY),
        desktop
            .read_entry(DAY)
            .replace("is gone\n", &format!("is gone\n{tide}")),
    );
    desktop.commit("Tide here");
    edit(&desktop, "mood: calm", "mood: tired");
    desktop.git(["pull", "-q"]).exits(1);
    let text = desktop.read_entry(DAY);
    assert!(text.contains("Tide"), "{text}");
    let run = desktop.palimpsest(["resolve", "--ours"]).ok();
    run.says("poem Tide taken out, staged");
}

/// A poem, a date or a reference that stands alone needs no list.
#[test]
fn what_is_kept_of_a_single_map_is_let_in() {
    for (field, item, was, now) in [
        (
            "poems",
            "poem Fog",
            "{title: Fog, content: one}",
            "{title: Fog, content: two}",
        ),
        (
            "poems",
            "poem Fog",
            "\n  title: Fog\n  content: one",
            "\n  title: Fog\n  content: two",
        ),
        (
            "dates",
            "date 2030-11-02",
            "{date: 2030-11-02, context: letter}",
            "{date: 2030-11-02, context: long letter}",
        ),
        (
            "references",
            "reference Salt",
            "{content: Salt}",
            "{content: Salt, speaker: Bram}",
        ),
    ] {
        let sandbox = Sandbox::new();
        let fields = format!("mood: calm\n{field}: {was}\n");
        let (laptop, desktop) = journal(&sandbox, &[(DAY, &fields, BODY)]);
        edit(&laptop, &format!("{field}: {was}\n"), "");
        laptop.push();
        edit(&desktop, was, now);
        desktop.git(["pull", "-q"]).exits(1);
        let run = desktop.palimpsest(["resolve", "--ours"]).ok();
        run.says(&format!("{item} let in again, staged"));
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        assert_eq!(listed(&desktop), [""; 0]);
        assert!(desktop.read_entry(DAY).contains(now));
        assert_eq!(active(&desktop.ledger(2024)), 0);
    }
}
