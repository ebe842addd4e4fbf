//! Scenario 2: an entry written on one machine is there on the other.

use super::play::{Play, Shown};
use super::stage::Who::{Desktop, Laptop};

const ENTRY: &str = "journal/md/2024/2024-11-25.md";

/// Plays the scenario.
pub fn play(play: &mut Play) -> anyhow::Result<()> {
    play.on(Laptop, "")?;
    play.types(
        &format!("echo '---\ndate: 2024-11-25\npeople: [Alice]\n---\nFirst frost.' > {ENTRY}"),
        Shown::Nothing,
    )?;
    play.types(&format!("yaml2sql update {ENTRY}"), Shown::Lines(3))?;
    play.types(
        "git add journal && git commit -qm 'First frost' && git push -q",
        Shown::Nothing,
    )?;
    play.check_clean()?;

    play.on(Desktop, "")?;
    play.types("git pull -q", Shown::Nothing)?;
    let shown = play.types("metadb show 2024-11-25", Shown::Lines(8))?;
    play.check_has(
        "the entry and its people are in the index here too",
        &shown.stdout,
        &["2024-11-25", "Alice"],
    )?;
    let sync = play.types("yaml2sql sync journal/md/", Shown::Lines(3))?;
    play.check(
        "a sync by hand is welcome, and has nothing left to do",
        sync.ok,
        &sync.text(),
    )?;
    let status = play.asks("metadb sync conflicts")?;
    play.check_has(
        "no conflict is listed",
        &status,
        &["No unresolved conflicts found"],
    )?;
    play.check_clean()
}
