//! `palimpsest demo`: a laptop, a desktop and a remote in a temporary folder play
//! the everyday scenarios with real git and this very program.
//!
//! Every line after `$` is run by a shell exactly as it is shown, and every tick is a
//! check that was made. `stage` has the folder and the environment, `play` shows and
//! checks, and each scenario is a file.

mod concurrent;
mod new_entry;
mod notes;
mod opening;
mod play;
mod removal;
mod stage;

use anyhow::Context as _;
use clap::Args;

use super::{Exit, Ui};
use play::Play;
use stage::Stage;

/// Play two machines and a remote in a temporary folder, with real git
#[derive(Debug, Args)]
pub struct Demo {
    /// Leave the folder there afterwards, to look around and go on
    #[arg(long)]
    keep: bool,
    /// Play only this scenario
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    scenario: Option<u8>,
}

type Scenario = fn(&mut Play) -> anyhow::Result<()>;

const SCENARIOS: [(&str, Scenario); 4] = [
    ("A person is removed from an entry", removal::play),
    ("A new entry is written", new_entry::play),
    ("Both machines edit the same entry", concurrent::play),
    ("Notes are kept in the wiki", notes::play),
];

impl Demo {
    /// Plays the scenarios; `Exit::Failed` if a claim did not hold.
    ///
    /// # Errors
    /// The temporary folder cannot be made, or a program cannot be started.
    pub fn run(self, ui: &Ui) -> anyhow::Result<Exit> {
        let stage = Stage::set().context("the demo cannot set up its temporary folder")?;
        let mut play = Play::new(ui, stage);
        play.line(
            "Palimpsest: one journal on a laptop and a desktop, with a remote between them.",
        )?;
        play.line("A temporary folder, real git, this program. Nothing of yours is touched.")?;

        play.title("Setting up")?;
        opening::play(&mut play)?;
        if !play.holds() {
            // Without both machines there is nothing to play on.
            return play.end(self.keep);
        }
        for (number, (title, scenario)) in (1..).zip(SCENARIOS) {
            if self.scenario.is_none_or(|wanted| wanted == number) {
                play.title(&format!("{number}  {title}"))?;
                scenario(&mut play)?;
            }
        }
        play.end(self.keep)
    }
}
