//! Scenario 3: both machines edit the same entry before either has the other's edit.

use super::play::{Play, Shown};
use super::stage::Who::{Desktop, Laptop};

const ENTRY: &str = "journal/md/2024/2024-11-08.md";
const BOTH: &str = "people: [Alice, Bob, Charlie, Dave]";

/// Plays the scenario.
pub fn play(play: &mut Play) -> anyhow::Result<()> {
    play.on(Laptop, "")?;
    play.edit(
        ENTRY,
        "people: [Alice, Bob]",
        "people: [Alice, Bob, Charlie]",
    )?;
    play.types(
        "git commit -qam 'Add Charlie' && git push -q",
        Shown::Nothing,
    )?;
    play.on(Desktop, "at the same time")?;
    play.edit(ENTRY, "people: [Alice, Bob]", "people: [Alice, Bob, Dave]")?;
    let pull = play.types(
        "git commit -qam 'Add Dave' && git pull",
        Shown::Only("Conflict detected"),
    )?;
    let text = play.reads(ENTRY)?;
    play.check_has(
        "the pull did not stop: both are there, and the entry is named",
        &format!("{text}{}", pull.text()),
        &[BOTH, "Conflict detected for entry 2024-11-08"],
    )?;
    let here = play.types("metadb sync conflicts", Shown::Lines(6))?;
    play.check_has(
        "listed, with both machines' names",
        &here.stdout,
        &["2024-11-08", "laptop", "desktop"],
    )?;
    play.types("git push -q", Shown::Nothing)?;

    play.on(Laptop, "")?;
    play.types("git pull -q", Shown::Nothing)?;
    let text = play.reads(ENTRY)?;
    play.check_has("the same people in the same order", &text, &[BOTH])?;
    let there = play.asks("metadb sync conflicts")?;
    play.check_has(
        "the conflict is listed here too, with both names",
        &there,
        &["2024-11-08", "laptop", "desktop"],
    )?;
    play.types(
        "metadb sync resolve Entry 2024-11-08",
        Shown::Only("Resolved"),
    )?;
    play.types(
        "git commit -qam 'Both were there' && git push -q",
        Shown::Nothing,
    )?;

    play.on(Desktop, "")?;
    play.types("git pull -q", Shown::Nothing)?;
    let settled = play.asks("metadb sync conflicts")?;
    play.check_has(
        "settled once, it is settled here as well",
        &settled,
        &["No unresolved conflicts found"],
    )?;
    again(play)
}

/// Both edit again: a second conflict is a conflict of its own.
fn again(play: &mut Play) -> anyhow::Result<()> {
    play.on(Laptop, "weeks later, both again")?;
    play.edit(ENTRY, "city: Porto", "city: Braga")?;
    play.types("git commit -qam 'Braga' && git push -q", Shown::Nothing)?;
    play.on(Desktop, "")?;
    play.edit(ENTRY, "tags: [rain]", "tags: [rain, train]")?;
    play.types("git commit -qam 'By train' && git pull -q", Shown::Nothing)?;
    let text = play.reads(ENTRY)?;
    play.check_has(
        "merged field by field: city: Braga, tags: [rain, train]",
        &text,
        &["city: Braga\n", "tags: [rain, train]\n"],
    )?;
    let listed = play.asks("metadb sync conflicts")?;
    play.check_has(
        "a second conflict on the same entry is listed again",
        &listed,
        &["2024-11-08", "laptop", "desktop"],
    )?;
    play.check_clean()
}
