//! What happened to an entry while it was in another folder, and is back in its own since.

use super::*;

const ARCHIVE: &str = "journal/md/archive/2024-11-01.md";

/// The phone brings Carol, moves the entry, takes her out there, and moves it back. The laptop's
/// hooks know of none of it.
#[test]
fn who_was_removed_in_another_folder_stays_out() {
    let with_carol = "[Alice, Bob, Carol]";
    let usual = crate::sandbox::entry(DAY);
    for is_moved in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.push();
        let phone = phone(&sandbox);
        phone.write("journal/md/archive/about.txt", "Old ones.\n");
        let save = |file: &str, from: &str, to: &str| {
            phone.edit(file, from, to);
            without_hooks(&phone, &["add", "-A"]);
            without_hooks(&phone, &["commit", "-q", "-m", "vault backup"]);
        };
        let mv = |from: &str, to: &str| {
            if is_moved {
                without_hooks(&phone, &["mv", from, to]);
                without_hooks(&phone, &["commit", "-q", "-m", "Moved"]);
            }
        };
        let there = if is_moved { ARCHIVE } else { usual.as_str() };
        save(&usual, "[Alice, Bob]", with_carol);
        mv(&usual, ARCHIVE);
        save(there, with_carol, "[Alice, Bob]");
        mv(ARCHIVE, &usual);
        save(&usual, "weather: fair", "weather: wet");
        phone.push();
        laptop.edit_entry(DAY, "[Alice, Bob]", with_carol);
        laptop.commit("Carol");
        laptop
            .git(["pull", "-q", "--no-rebase"])
            .ok()
            .mentions("Carol stays out");
        assert!(!laptop.read_entry(DAY).contains("Carol"), "{is_moved}");
        assert!(listed(&laptop).iter().any(|line| line.ends_with("Carol")));
        laptop.assert_clean();
        agree(&laptop, &desktop, &["both_edited", "kept_out Carol"]);
    }
}
