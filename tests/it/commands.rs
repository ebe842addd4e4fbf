//! What commands make of what was typed, and of the environment.

use crate::sandbox::{Machine, Sandbox, journal};

const DAY: &str = "2024-11-01";

/// A laptop whose second commit has removed Bob.
fn laptop(sandbox: &Sandbox) -> Machine<'_> {
    let entries = [(DAY, "people: [Alice, Bob]\ntags: [ferry]", "One.\n")];
    let (laptop, _) = journal(sandbox, &entries);
    laptop.edit_entry(DAY, "Alice, Bob", "Alice");
    laptop.commit("Without Bob");
    laptop
}

#[test]
fn a_folder_above_in_the_repository_is_one_of_it() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let inside = laptop.inside("journal/md/2024");
    for folder in [
        ".",
        "..",
        "../..",
        "../../..",
        "../../../journal/md/2024/..",
    ] {
        inside.yaml2sql(["sync", folder]).ok();
    }
    inside
        .yaml2sql(["sync", "../../../.."])
        .exits(1)
        .warns("not a path inside the repository");
    inside.palimpsest(["resolve", ".."]).ok();
}
