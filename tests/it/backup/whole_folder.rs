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
