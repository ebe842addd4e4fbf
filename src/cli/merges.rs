//! `palimpsest merges`: the decisions that merges on this machine made by themselves.

use clap::Args;

use super::shown::{decisions, safe};
use super::{Exit, Ui};
use crate::repo::Repo;
use crate::sync::merge_log;

/// List what merges on this machine decided by themselves, newest first
#[derive(Debug, Args)]
pub struct Merges {
    /// How many merged files to list
    #[arg(short = 'n', long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// All that the log has
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// As JSON, one list
    #[arg(long)]
    json: bool,
}

impl Merges {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let mut merges = merge_log::read(&Repo::from_env()?)?;
        let all = merges.len();
        merges.reverse();
        if !self.all {
            merges.truncate(self.limit);
        }
        if self.json {
            ui.json(&merges)?;
            return Ok(Exit::Ok);
        }
        if all == 0 {
            ui.line("No merge decided anything by itself here")?;
        }
        for merge in &merges {
            let text = |of: &Option<String>| safe(of.as_deref().unwrap_or_default()).into_owned();
            ui.line(format_args!("{}  {}", text(&merge.at), text(&merge.file)))?;
            for decision in decisions(merge) {
                ui.line(format_args!("  {decision}"))?;
            }
        }
        if merges.len() < all {
            ui.line(format_args!("{} of {all} shown; all: --all", merges.len()))?;
        }
        Ok(Exit::Ok)
    }
}
