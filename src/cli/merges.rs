//! `palimpsest merges`: the decisions that merges on this machine made by themselves.

use std::collections::{BTreeMap, BTreeSet};

use clap::Args;

use super::shown::{decisions, safe};
use super::{Exit, Ui};
use crate::repo::{ObjectId, Repo, RepoError};
use crate::sync::merge_log::{self, Record};

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
        let repo = Repo::from_env()?;
        let mut merges = merge_log::read(&repo)?;
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
        let became = became(&repo, &merges)?;
        let mut later = BTreeSet::new();
        for merge in &merges {
            let text = |of: &Option<String>| safe(of.as_deref().unwrap_or_default()).into_owned();
            let theirs = merge.theirs.as_deref().unwrap_or_default();
            let became = match later.insert((&merge.file, theirs)) || theirs.is_empty() {
                true => became.get(theirs).copied().unwrap_or_default(),
                false => "  (merged again since)",
            };
            ui.line(format_args!(
                "{}  {}{became}",
                text(&merge.at),
                text(&merge.file)
            ))?;
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

/// What became of the merges of these commits, by their ids; nothing if HEAD has them.
fn became<'m>(
    repo: &Repo,
    merges: &'m [Record],
) -> Result<BTreeMap<&'m str, &'static str>, RepoError> {
    let merging = repo.commit_named("MERGE_HEAD")?;
    let theirs: BTreeSet<&str> = merges.iter().filter_map(|m| m.theirs.as_deref()).collect();
    let named = theirs.into_iter().map(|theirs| {
        let commit = repo.commit_named(theirs).ok().flatten();
        (theirs, commit)
    });
    let named: Vec<(&str, Option<ObjectId>)> = named.collect();
    // One walk for all of them.
    let tips: Vec<ObjectId> = named.iter().filter_map(|(_, commit)| *commit).collect();
    let head: Vec<ObjectId> = repo.head()?.into_iter().collect();
    // Where history cannot be read, the list is all that can be said.
    let outside = repo.commits(&tips, &head).unwrap_or_default();
    let outside: BTreeSet<ObjectId> = outside.into_iter().map(|commit| commit.id).collect();
    let of = |(theirs, commit): (&'m str, Option<ObjectId>)| {
        let became = match commit {
            Some(commit) if !outside.contains(&commit) => "",
            Some(commit) if merging == Some(commit) => "  (waits for its commit)",
            _ => "  (not in HEAD: aborted, reset, squashed, or on another branch)",
        };
        (theirs, became)
    };
    Ok(named.into_iter().map(of).collect())
}
