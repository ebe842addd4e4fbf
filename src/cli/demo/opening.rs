//! The opening: a journal on the laptop, a clone of it on the desktop, `init` on both.

use super::play::{Play, Shown};
use super::stage::Who::{Desktop, Laptop};

/// Makes both machines' repositories.
pub fn play(play: &mut Play) -> anyhow::Result<()> {
    play.on(Laptop, "a small journal, in git already")?;
    play.prepares(JOURNAL)?;
    play.types("palimpsest init", Shown::Lines(6))?;
    play.types(
        "git add -A && git commit -qm 'Use Palimpsest' && git push -q",
        Shown::Nothing,
    )?;
    play.check_clean()?;
    play.on(Desktop, "the other machine")?;
    play.types("git clone -q remote.git desktop", Shown::Nothing)?;
    play.prepares(IDENTITY)?;
    play.types("palimpsest init", Shown::Nothing)?;
    let people = play.asks("metadb show 2024-11-01")?;
    play.check_has(
        "the index is there: it knows who was there on 2024-11-01",
        &people,
        &["Alice", "Bob", "Charlie"],
    )?;
    play.check_clean()
}

/// Identity and machine name stand in each clone's own configuration, so that a
/// folder that was kept works like any other repository.
const IDENTITY: &str = "
git config user.name 'Ana Lirio'
git config user.email ana@example.org
git config palimpsest.machine desktop
";

const JOURNAL: &str = "
set -e
git clone -q remote.git laptop
cd laptop
git config user.name 'Ana Lirio'
git config user.email ana@example.org
git config palimpsest.machine laptop
git symbolic-ref HEAD refs/heads/main
mkdir -p journal/md/2024
printf '%s\\n' --- 'date: 2024-11-01' 'city: Lisbon' 'people: [Alice, Bob, Charlie]' \\
    --- 'Coffee by the ferry.' > journal/md/2024/2024-11-01.md
printf '%s\\n' --- 'date: 2024-11-08' 'city: Porto' 'people: [Alice, Bob]' 'tags: [rain]' \\
    --- 'Rain all day.' > journal/md/2024/2024-11-08.md
git add journal
git commit -qm 'The journal so far'
git push -q -u origin main
";
