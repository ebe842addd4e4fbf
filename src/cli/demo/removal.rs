//! Scenario 1: Bob is removed on one machine, stays gone on both, and comes back
//! only when somebody adds him on purpose.

use super::play::{Play, Shown};
use super::stage::Who::{Desktop, Laptop};

const ENTRY: &str = "journal/md/2024/2024-11-01.md";

/// Plays the scenario.
pub fn play(play: &mut Play) -> anyhow::Result<()> {
    play.on(Laptop, "Bob was not there after all")?;
    play.edit(
        ENTRY,
        "people: [Alice, Bob, Charlie]",
        "people: [Alice, Charlie]",
    )?;
    let update = play.types(&format!("yaml2sql update {ENTRY}"), Shown::Only("Bob"))?;
    play.check_has("it says that Bob was removed", &update.text(), &["Bob"])?;
    play.types(
        "git commit -qam 'Remove Bob' && git push -q",
        Shown::Nothing,
    )?;
    let rows = play.types("metadb tombstone list | grep Bob", Shown::Lines(2))?;
    play.check_has(
        "the removal is remembered, by this machine",
        &rows.stdout,
        &["Bob", "laptop"],
    )?;

    play.on(Desktop, "meanwhile, with Bob still in its copy")?;
    play.types(
        &format!("echo 'The ferry was late.' >> {ENTRY}"),
        Shown::Nothing,
    )?;
    play.types(
        "git commit -qam 'The ferry' && git pull",
        Shown::Only("stopped"),
    )?;
    let text = play.reads(ENTRY)?;
    play.check_has(
        "the pull went through, and Bob is gone from the entry",
        &text,
        &["people: [Alice, Charlie]\n", "The ferry was late.\n"],
    )?;
    let shown = play.asks("metadb show 2024-11-01")?;
    play.check_lacks("and from the index", &shown, "Bob")?;
    let conflicts = play.asks("metadb sync conflicts")?;
    play.check_has(
        "one machine's edit is no conflict",
        &conflicts,
        &["No unresolved conflicts found"],
    )?;
    play.check_clean()?;

    play.on(Desktop, "later: he was there")?;
    play.edit(
        ENTRY,
        "people: [Alice, Charlie]",
        "people: [Alice, Bob, Charlie]",
    )?;
    play.types(
        "git commit -qam 'Bob was there' && git push -q",
        Shown::Nothing,
    )?;
    play.on(Laptop, "")?;
    play.types("git pull -q", Shown::Nothing)?;
    let shown = play.asks("metadb show 2024-11-01")?;
    let text = play.reads(ENTRY)?;
    play.check(
        "added on purpose, Bob is back on both machines",
        text.contains("people: [Alice, Bob, Charlie]\n") && shown.contains("Bob"),
        &format!("{text}{shown}"),
    )?;
    play.check_clean()
}
