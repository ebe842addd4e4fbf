//! Scenario 4: editorial notes travel on their own, beside the frontmatter.

use super::play::{Play, Shown};
use super::stage::Who::{Desktop, Laptop};

const NOTE: &str = "wiki/entries/2024/2024-11-01.md";
const ENTRY: &str = "journal/md/2024/2024-11-01.md";

/// Plays the scenario.
pub fn play(play: &mut Play) -> anyhow::Result<()> {
    play.on(Laptop, "")?;
    play.types(
        &format!("mkdir -p wiki/entries/2024\necho '### Notes\n\nKeep the ferry.' > {NOTE}"),
        Shown::Nothing,
    )?;
    play.types("wiki2sql import entries", Shown::Lines(2))?;
    play.types(
        "git add wiki && git commit -qm 'A note' && git push -q",
        Shown::Nothing,
    )?;

    play.on(Desktop, "at the same time, the entry itself")?;
    play.edit(ENTRY, "city: Lisbon", "city: Almada")?;
    play.types(
        "git commit -qam 'Almada' && git pull",
        Shown::Only("Conflict"),
    )?;
    play.types("wiki2sql import entries", Shown::Lines(2))?;
    let shown = play.types("metadb show 2024-11-01 --full", Shown::Only("ferry"))?;
    play.check_has(
        "the note is here, beside this machine's own edit",
        &shown.stdout,
        &["Keep the ferry.", "Almada"],
    )?;
    let conflicts = play.asks("metadb sync conflicts")?;
    play.check_lacks(
        "a note and an entry are two things: no conflict",
        &conflicts,
        "2024-11-01",
    )?;
    play.check_clean()?;
    play.types("git push -q", Shown::Nothing)?;

    play.on(Laptop, "")?;
    play.types("git pull -q", Shown::Nothing)?;
    let shown = play.asks("metadb show 2024-11-01 --full")?;
    play.check_has(
        "both machines say the same",
        &shown,
        &["Keep the ferry.", "Almada"],
    )?;
    play.check_clean()
}
