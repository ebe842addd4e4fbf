//! A journal that is the whole repository.

use super::*;

#[test]
fn a_journal_at_the_top_is_backed_up_and_restored() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let day = "2031/2031-05-04.md";
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \".\"\nwiki = \"notes\"\n",
    );
    laptop.write(day, "---\ndate: 2031-05-04\npeople: [Orla]\n---\nRain.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.write(
        ".gitattributes",
        laptop.read(".gitattributes") + "*.jpg binary\n",
    );
    laptop.commit("Begin");
    laptop.palimpsest(["backup-full"]).ok().says("verified");
    let archive = format!("{FOLDER}/{}", backups(&laptop).remove(0));
    let before = kept(laptop.dir());
    laptop.remove(day);
    laptop.write("2031/2031-05-05.md", "---\ndate: 2031-05-05\n---\n");
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("1 file written, 1 removed");
    assert_eq!(kept(laptop.dir()), before);
    laptop.assert_clean();
}

/// As recovery.md says for a machine without the program.
#[test]
fn a_journal_at_the_top_that_was_unpacked_by_tar_is_backed_up_and_restored() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let manifest = "palimpsest-backup.json";
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \".\"\nwiki = \"notes\"\n",
    );
    laptop.write("2031-05-04.md", "---\ndate: 2031-05-04\n---\nRain.\n");
    laptop.write(manifest, "{\"of\": \"an older backup\"}");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let there = kept(laptop.dir());
    laptop.palimpsest(["backup-full"]).ok().says("verified");
    let archive = backups(&laptop).remove(0);
    laptop.edit("2031-05-04.md", "Rain", "Sun");
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("1 file written, 0 removed");
    // The file itself stays.
    assert_eq!(kept(laptop.dir()), there);
    laptop
        .palimpsest(["restore-full", &archive, "--into", "../new"])
        .ok();
    let mut new = there;
    new.remove(manifest);
    new.remove(".gitattributes");
    let mut restored = kept(&sandbox.root().join("new"));
    restored.remove(".gitattributes");
    assert_eq!(restored, new);
}

/// A restore mends settings that cannot be read; what it replaces is in the archive that it
/// makes first.
#[test]
fn what_was_there_with_broken_settings_can_be_had_again() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let settings = "[paths]\njournal = \".\"\nwiki = \"notes\"\n";
    laptop.write("palimpsest.toml", settings);
    laptop.write("2031-05-04.md", "---\ndate: 2031-05-04\n---\nRain.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.palimpsest(["backup-full"]).ok();
    let archive = backups(&laptop).remove(0);
    laptop.write("palimpsest.toml", format!("{settings}x = ["));
    laptop.write("draft.md", "Mine.\n");
    let there = kept(laptop.dir());
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("1 file written, 1 removed");
    assert_eq!(laptop.read("palimpsest.toml"), settings);
    let before = backups(&laptop).remove(1);
    laptop
        .palimpsest(["restore-full", &before, "--into", "../before"])
        .ok();
    let mut restored = kept(&sandbox.root().join("before"));
    restored.insert(".gitattributes".into(), there[".gitattributes"].clone());
    assert_eq!(restored, there);
    laptop.palimpsest(["restore-full", &before]).ok();
    assert_eq!(kept(laptop.dir()), there);
}
