//! Files that git checks out with other line ends than it stores.

use crate::sandbox::{Machine, Sandbox, entry};

const DAY: &str = "2024-11-01";

/// Git for Windows sets `core.autocrlf`: files have CRLF in the work tree and LF in git.
#[test]
fn files_that_git_checks_out_with_other_line_ends_are_no_edits() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Al, Bob]", "Went to the quay.\n");
    // Git takes it for no text, and checks it out as it is: that says nothing of others.
    laptop.write_entry("2024-10-30", "people: [Al]", "Lone\rreturns.\n");
    laptop.write(
        "wiki/entries/2024/2024-11-01.md",
        "# 2024-11-01\n\n## Notes\n\nFog.\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop.git(["config", "core.autocrlf", "true"]).ok();
    desktop.git(["rm", "-q", "-r", "."]).ok();
    desktop.git(["reset", "-q", "--hard"]).ok();
    desktop.palimpsest(["init"]).ok();
    assert!(desktop.read_entry(DAY).contains("people: [Al, Bob]\r\n"));
    let shown = |machine: &Machine<'_>| {
        machine
            .metadb(["show", DAY, "--json", "--full"])
            .ok()
            .stdout
    };
    assert_eq!(shown(&desktop), shown(&laptop));
    desktop.palimpsest(["reindex"]).ok();
    assert_eq!(shown(&desktop), shown(&laptop));

    let text = desktop.read_entry(DAY).replace(", Bob", "");
    desktop.write(&entry(DAY), &text);
    desktop
        .metadb(["show", DAY])
        .ok()
        .says("edited, not committed yet");
    desktop.commit("Without Bob");
    desktop.assert_clean();
    desktop.push();
    laptop.edit_entry(DAY, "Went to", "Walked to");
    laptop.commit("Walked");
    laptop.pull();
    laptop.push();
    desktop.pull();
    assert_eq!(
        desktop.read_entry(DAY),
        laptop.read_entry(DAY).replace('\n', "\r\n")
    );
    assert_eq!(shown(&desktop), shown(&laptop));
    // Where git converts nothing, line ends are an edit like any other.
    let text = laptop.read_entry(DAY).replace('\n', "\r\n");
    laptop.write(&entry(DAY), &text);
    laptop
        .metadb(["show", DAY])
        .ok()
        .says("edited, not committed yet");
}
