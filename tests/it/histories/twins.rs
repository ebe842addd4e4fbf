//! Two files of one date, of which each side of a merge brings its own.

use super::*;
use crate::sandbox::entry;

const MONTH: &str = "journal/md/2024/11/2024-11-01.md";
const TRIP: &str = "journal/md/trips/2024-11-01.md";

/// Git sees a deletion and a new file where an entry was moved and most of it written.
#[test]
fn who_was_taken_out_of_one_of_two_files_is_not_put_back_by_the_other() {
    let usual = entry(DAY);
    for (goes, expected) in [(usual.as_str(), &["still_in_file Bob"][..]), (MONTH, &[])] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let text = laptop.read_entry(DAY);
        let more: String = (0..40).map(|n| format!("Boat {n} came in.\n")).collect();
        laptop.remove(&usual);
        laptop.write(MONTH, text + &more);
        laptop.commit("By month, and written");
        laptop.push();
        edit(&desktop, "[Alice, Bob]", "[Alice]");
        desktop.git(["pull", "-q", "--no-rebase"]).fails();
        desktop.git(["add", "-A"]).ok();
        desktop
            .git(["commit", "-q", "--no-edit"])
            .fails()
            .warns(&format!(
                "{MONTH}: a second entry of {DAY}; the first is {usual}"
            ));
        without_hooks(&desktop, &["commit", "-q", "--no-edit"]);
        assert!(listed(&desktop).contains(&"still_in_file Bob".to_owned()));
        desktop.metadb(["tombstone", "list"]).ok().says("Bob");
        desktop.git(["rm", "-q", goes]).ok();
        desktop.commit("One file").silent_about("put back");
        desktop.metadb(["tombstone", "list"]).ok().says("Bob");
        agree(&desktop, &laptop, expected);
    }
}

/// Nobody is asked, and no hook records anything.
#[test]
fn a_file_of_a_date_that_a_clean_merge_brings_puts_back_nobody() {
    for is_usual in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, _) = begin(&sandbox);
        let (own, of_phone) = match is_usual {
            true => (entry(DAY), MONTH.to_owned()),
            false => (MONTH.to_owned(), entry(DAY)),
        };
        if !is_usual {
            laptop.git(["mv", &entry(DAY), "moved.md"]).ok();
            laptop.write(MONTH, laptop.read("moved.md"));
            laptop.remove("moved.md");
            laptop.commit("By month");
        }
        laptop.push();
        let phone = phone(&sandbox);
        phone.write(
            &of_phone,
            "---\ndate: 2024-11-01\npeople: [Carol]\n---\nPhone.\n",
        );
        without_hooks(&phone, &["add", "-A"]);
        without_hooks(&phone, &["commit", "-q", "-m", "The phone's"]);
        phone.push();
        laptop.edit(&own, "[Alice, Bob]", "[Alice, Bob, Carol]");
        laptop.commit("Carol");
        laptop.edit(&own, "[Alice, Bob, Carol]", "[Alice, Bob]");
        laptop.edit(&own, BODY, "By the mill.\n");
        laptop.commit("No Carol");
        laptop.git(["pull", "-q", "--no-rebase"]).ok();
        laptop.metadb(["tombstone", "list"]).ok().says("Carol");
    }
}

/// Whoever joins two files of a date, as the warning says, puts back nobody who was taken out of
/// one of them.
#[test]
fn who_joins_two_files_of_a_date_puts_nobody_back() {
    let usual = entry(DAY);
    for (kept, goes) in [(TRIP, usual.as_str()), (usual.as_str(), TRIP)] {
        for hooks in [true, false] {
            let sandbox = Sandbox::new();
            let (laptop, desktop) = begin(&sandbox);
            laptop.write(TRIP, laptop.read_entry(DAY) + "Boats came in.\n");
            without_hooks(&laptop, &["add", "-A"]);
            without_hooks(&laptop, &["commit", "-q", "-m", "A trip"]);
            laptop.push();
            edit(&desktop, "[Alice, Bob]", "[Alice]");
            let pulled = desktop.git(["pull", "-q", "--no-rebase"]).ok();
            pulled.warns(&format!("are both the entry of {DAY}"));
            let joined = desktop.read(TRIP).replace("Bob]", "Bob, Dave]");
            desktop.write(kept, joined + "And home.\n");
            desktop.git(["rm", "-q", "-f", goes]).ok();
            desktop.git(["add", "-A"]).ok();
            match hooks {
                true => desktop.commit("One file").silent_about("put back"),
                false => {
                    without_hooks(&desktop, &["commit", "-q", "-m", "One file"]);
                    desktop.write("other.txt", "x\n");
                    desktop.commit("Another file").silent_about("put back")
                }
            };
            desktop.metadb(["tombstone", "list"]).ok().says("Bob");
            agree(&desktop, &laptop, &["still_in_file Bob"]);
        }
    }
}
