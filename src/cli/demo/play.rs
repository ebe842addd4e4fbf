//! The demo's output and its checks.

use std::fmt::Write as _;
use std::fs;

use anyhow::Context as _;
use owo_colors::{AnsiColors, OwoColorize as _, Style};

use super::stage::{Outcome, Stage, Who};
use crate::cli::{Exit, Ui};

/// The part of a command's output that is shown.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    /// Nothing; the checks that follow show the effect.
    Nothing,
    /// Up to this many lines of stdout.
    Lines(usize),
    /// The lines of stdout and stderr that hold this text.
    Only(&'static str),
}

/// A play under way: the stage, the acting machine, and the checks' results.
#[derive(Debug)]
pub struct Play<'a> {
    ui: &'a Ui,
    stage: Stage,
    who: Who,
    /// Whether the machine's name was shown beside its lines already.
    named: bool,
    checks: usize,
    failed: Vec<String>,
    started: std::time::Instant,
}

const WIDTH: usize = 78;

impl<'a> Play<'a> {
    pub fn new(ui: &'a Ui, stage: Stage) -> Self {
        Self {
            ui,
            stage,
            who: Who::Laptop,
            named: false,
            checks: 0,
            failed: Vec::new(),
            started: std::time::Instant::now(),
        }
    }

    /// A line of plain text.
    pub fn line(&self, text: &str) -> anyhow::Result<()> {
        Ok(self.ui.styled(text)?)
    }

    /// A scenario's heading.
    pub fn title(&self, title: &str) -> anyhow::Result<()> {
        let rule = "─".repeat(WIDTH.saturating_sub(title.chars().count() + 1));
        self.line(&format!("\n{} {}", title.bold(), rule.dimmed()))
    }

    /// The scene changes to a machine; `remark`, if any, says when or why.
    pub fn on(&mut self, who: Who, remark: &str) -> anyhow::Result<()> {
        self.who = who;
        self.named = false;
        if remark.is_empty() {
            return Ok(());
        }
        self.beside(&remark.dimmed().to_string())
    }

    /// A person changes `from` to `to` in a file of their machine's.
    pub fn edit(&mut self, file: &str, from: &str, to: &str) -> anyhow::Result<()> {
        let path = self.stage.dir(self.who).join(file);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        self.typed(&format!("vim {file}"))?;
        if !text.contains(from) {
            return self.check(&format!("the file says `{from}`"), false, &text);
        }
        fs::write(&path, text.replacen(from, to, 1))?;
        for line in from.lines() {
            self.beside(&format!("    {}", format!("- {line}").red()))?;
        }
        for line in to.lines() {
            self.beside(&format!("    {}", format!("+ {line}").green()))?;
        }
        Ok(())
    }

    /// Types a line into the machine's shell, shows it and what it says, and
    /// checks that it succeeds; after git's work also that `git status` is clean.
    pub fn types(&mut self, line: &str, shown: Shown) -> anyhow::Result<Outcome> {
        self.typed(line)?;
        let outcome = self.stage.run(self.who, line)?;
        if !outcome.ok {
            self.check(&format!("`{line}` succeeds"), false, &outcome.text())?;
            return Ok(outcome);
        }
        match shown {
            Shown::Nothing => {}
            Shown::Lines(most) => self.says(outcome.stdout.lines(), most)?,
            Shown::Only(text) => {
                let all = outcome.text();
                self.says(all.lines().filter(|l| l.contains(text)), usize::MAX)?;
            }
        }
        if line.contains("git commit") || line.contains("git pull") {
            let status = self.asks("git status --porcelain")?;
            if status.is_empty() {
                self.checks += 1;
            } else {
                self.check(
                    &format!("`git status` is clean after `{line}`"),
                    false,
                    &status,
                )?;
            }
        }
        Ok(outcome)
    }

    /// Runs a script that a scenario needs, without showing it.
    pub fn prepares(&self, script: &str) -> anyhow::Result<()> {
        let outcome = self.stage.run(self.who, script)?;
        anyhow::ensure!(
            outcome.ok,
            "the demo cannot start: {}",
            outcome.text().trim()
        );
        Ok(())
    }

    /// The stdout of a line that is not shown: the material of a check.
    pub fn asks(&mut self, line: &str) -> anyhow::Result<String> {
        let outcome = self.stage.run(self.who, line)?;
        if !outcome.ok {
            self.check(&format!("`{line}` succeeds"), false, &outcome.text())?;
        }
        Ok(outcome.stdout)
    }

    /// The text of a file of the machine's.
    pub fn reads(&self, file: &str) -> anyhow::Result<String> {
        let path = self.stage.dir(self.who).join(file);
        Ok(fs::read_to_string(&path).unwrap_or_else(|e| format!("{}: {e}", path.display())))
    }

    /// Shows a claim with a tick, or with a cross and the actual text.
    pub fn check(&mut self, claim: &str, holds: bool, actual: &str) -> anyhow::Result<()> {
        self.checks += 1;
        if holds {
            return self.beside(&format!("{} {claim}", "✓".green()));
        }
        self.failed.push(format!("{}: {claim}", self.who.name()));
        self.beside(&format!("{} {}", "✗".red().bold(), claim.bold()))?;
        let actual = if actual.trim().is_empty() {
            "(nothing)"
        } else {
            actual
        };
        for line in actual.lines() {
            self.beside(&format!("    {line}"))?;
        }
        Ok(())
    }

    /// Claims that a text holds another one.
    pub fn check_has(&mut self, claim: &str, text: &str, wanted: &[&str]) -> anyhow::Result<()> {
        let holds = wanted.iter().all(|w| text.contains(w));
        self.check(claim, holds, text)
    }

    /// Claims that a text lacks another one, and is there at all.
    pub fn check_lacks(&mut self, claim: &str, text: &str, unwanted: &str) -> anyhow::Result<()> {
        let holds = !text.trim().is_empty() && !text.contains(unwanted);
        self.check(claim, holds, text)
    }

    /// Claims that `git status` is clean.
    pub fn check_clean(&mut self) -> anyhow::Result<()> {
        let status = self.asks("git status --porcelain")?;
        self.check("git status is clean", status.is_empty(), &status)
    }

    /// Whether every check so far held.
    pub fn holds(&self) -> bool {
        self.failed.is_empty()
    }

    /// Sums up; keeps the folder if asked to.
    pub fn end(self, keep: bool) -> anyhow::Result<Exit> {
        let seconds = self.started.elapsed().as_secs_f32();
        let held = self.checks - self.failed.len();
        let mut text = String::from("\n");
        if self.failed.is_empty() {
            let _ = write!(
                text,
                "{} All {held} checks hold ({seconds:.1} s).",
                "✓".green()
            );
        } else {
            let _ = write!(
                text,
                "{} {held} of {} checks hold. These do not:",
                "✗".red(),
                self.checks
            );
            for claim in &self.failed {
                let _ = write!(text, "\n  {claim}");
            }
        }
        self.line(&text)?;
        if keep {
            let root = self.stage.keep();
            self.ui
                .line(format!("The two machines are in {}", root.display()))?;
        } else {
            self.line("To look around in the two machines: palimpsest demo --keep")?;
        }
        if self.failed.is_empty() {
            self.ui
                .line("To set up your own journal: palimpsest init DIR")?;
        }
        Ok(Exit::ok_if(self.failed.is_empty()))
    }

    fn says<'l>(
        &mut self,
        lines: impl Iterator<Item = &'l str>,
        most: usize,
    ) -> anyhow::Result<()> {
        let lines: Vec<&str> = lines.filter(|l| !l.trim().is_empty()).collect();
        let cut = if lines.len() > most {
            most.saturating_sub(1)
        } else {
            lines.len()
        };
        let here = format!("{}/", self.stage.dir(self.who).display());
        for line in &lines[..cut] {
            let line = line.replace(&here, "");
            self.beside(&format!("    {}", fit(&line).dimmed()))?;
        }
        if cut < lines.len() {
            let more = format!("… {} more lines", lines.len() - cut);
            self.beside(&format!("    {}", more.dimmed()))?;
        }
        Ok(())
    }

    fn typed(&mut self, line: &str) -> anyhow::Result<()> {
        let mut lines = line.lines();
        let first = lines.next().unwrap_or_default();
        self.beside(&format!("{} {first}", "$".style(style(self.who))))?;
        for line in lines {
            self.beside(&format!("  {line}"))?;
        }
        Ok(())
    }

    fn beside(&mut self, text: &str) -> anyhow::Result<()> {
        let name = if self.named { "" } else { self.who.name() };
        self.named = true;
        let name = format!("{name:7}")
            .style(style(self.who).bold())
            .to_string();
        let line = format!("{name} {} {text}", self.bar());
        self.line(line.trim_end())
    }

    fn bar(&self) -> String {
        let bar = match self.who {
            Who::Laptop => "│",
            Who::Desktop => "┃",
        };
        bar.style(style(self.who)).to_string()
    }
}

fn style(who: Who) -> Style {
    Style::new().color(match who {
        Who::Laptop => AnsiColors::Cyan,
        Who::Desktop => AnsiColors::Magenta,
    })
}

/// A line of output, cut where it would not fit beside the bar.
fn fit(line: &str) -> String {
    const ROOM: usize = WIDTH - 14;
    if line.chars().count() <= ROOM {
        return line.to_owned();
    }
    line.chars().take(ROOM - 1).chain(['…']).collect()
}
