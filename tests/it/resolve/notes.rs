//! Pages of notes have frontmatter of their own, and are settled like any other page.

use super::elsewhere;
use crate::sandbox::{DAY, Machine, Sandbox, journal};

const NOTE: &str = "wiki/entries/2024/2024-11-01.md";

/// Two machines and a client without drivers, which all have this page.
fn three<'a>(sandbox: &'a Sandbox, file: &str, text: &str) -> [Machine<'a>; 3] {
    let (laptop, desktop) = journal(sandbox, &[(DAY, "mood: calm\n", "Rain.\n")]);
    laptop.write(file, text);
    laptop.commit("A page");
    laptop.push();
    desktop.pull();
    let phone = sandbox.machine("phone");
    [laptop, desktop, phone]
}

#[test]
fn a_field_with_two_values_does_not_get_both() {
    let sandbox = Sandbox::new();
    let [laptop, desktop, _] = three(&sandbox, NOTE, "---\nstatus: new\n---\nA walk.\n");
    laptop.edit(NOTE, "new", "done");
    laptop.commit("Done");
    laptop.push();
    desktop.edit(NOTE, "new", "open");
    desktop.commit("Open");
    desktop.git(["pull", "-q", "--no-rebase"]).fails();
    desktop
        .palimpsest(["resolve", "--both"])
        .exits(1)
        .mentions("both do not fit");
    desktop.palimpsest(["resolve", "--theirs"]).ok();
    assert_eq!(desktop.read(NOTE), "---\nstatus: done\n---\nA walk.\n");
}

#[test]
fn a_side_with_markers_in_its_frontmatter_is_merged_again_first() {
    for choice in ["--ours", "--theirs", "--both"] {
        let sandbox = Sandbox::new();
        let [laptop, desktop, phone] = three(&sandbox, NOTE, "---\ntags: [x]\n---\nA walk.\n");
        laptop.edit(NOTE, "[x]", "[x, lap]");
        laptop.commit("On the laptop");
        laptop.push();
        phone.edit(NOTE, "[x]", "[x, ph]");
        elsewhere(&phone, &["commit", "-q", "-a", "-m", "On the phone"]).ok();
        elsewhere(&phone, &["pull", "-q", "--no-rebase"]).fails();
        elsewhere(&phone, &["commit", "-q", "-a", "-m", "Marked"]).ok();
        phone.push();
        desktop.edit(NOTE, "[x]", "[x, desk]");
        desktop.commit("On the desktop");
        desktop.git(["pull", "-q", "--no-rebase"]).fails();
        desktop.palimpsest(["resolve", choice]).ok();
        let text = desktop.read(NOTE);
        assert_eq!(
            text, "---\ntags: [x, desk, lap, ph]\n---\nA walk.\n",
            "{choice}"
        );
    }
}

/// Whatever is merged anew has markers of another length than those that are shown.
#[test]
fn markers_over_the_end_of_the_frontmatter_do_not_get_both() {
    for file in [NOTE, "journal/md/2024/2024-11-02.md", "docs/page.md"] {
        let sandbox = Sandbox::new();
        let text = "---\ndate: 2024-11-02\ntags: [x]\n---\nOne.\n\nTwo.\n";
        let [laptop, _, _] = three(&sandbox, file, text);
        let marked = "---\ndate: 2024-11-02\n<<<<<<< HEAD\ntags: [x, lap]\n---\nUno.\n\
            =======\ntags: [x, ph]\n---\nEins.\n>>>>>>> a60b279 (p)\n\nTwo.\n";
        laptop.write(file, marked);
        elsewhere(&laptop, &["commit", "-q", "-a", "-m", "Marked"]).ok();
        laptop.palimpsest(["resolve", "--both", file]).exits(1);
        assert_eq!(laptop.read(file), marked, "{file}");
    }
}
