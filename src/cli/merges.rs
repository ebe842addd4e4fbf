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
        let became = Became::of(&repo, &merges)?;
        let mut later = BTreeSet::new();
        for merge in &merges {
            let text = |of: &Option<String>| safe(of.as_deref().unwrap_or_default()).into_owned();
            let (ours, theirs) = (merge.ours.as_deref(), merge.theirs.as_deref());
            // Of the same two commits once more; another branch may have merged them, too.
            let is_again = ours.is_some() && !later.insert((&merge.file, ours, theirs));
            let became = match is_again {
                true => "  (merged again since)",
                false => became.said_of(merge),
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

/// What became of merges.
struct Became {
    head: Option<ObjectId>,
    /// The commit that is being merged.
    merging: Option<ObjectId>,
    /// The commits that they name, as far as the repository has them.
    named: BTreeMap<String, ObjectId>,
    /// Those of their commits that HEAD lacks; `None` where history cannot be read.
    outside: Option<BTreeSet<ObjectId>>,
}

impl Became {
    fn of(repo: &Repo, merges: &[Record]) -> Result<Self, RepoError> {
        let names = merges.iter().flat_map(|m| [&m.ours, &m.theirs]).flatten();
        let names: BTreeSet<&String> = names.collect();
        let named = names.into_iter().filter_map(|name| {
            let commit = repo.commit_named(name).ok().flatten()?;
            Some((name.clone(), commit))
        });
        let named: BTreeMap<String, ObjectId> = named.collect();
        let head = repo.head()?;
        // One walk for all of them.
        let tips: Vec<ObjectId> = named.values().copied().collect();
        let outside = repo.commits(&tips, head.as_slice()).ok();
        Ok(Self {
            head,
            merging: repo.commit_named("MERGE_HEAD")?,
            outside: outside.map(|commits| commits.into_iter().map(|c| c.id).collect()),
            named,
        })
    }

    /// Nothing, if HEAD has both commits of the merge.
    fn said_of(&self, merge: &Record) -> &'static str {
        let Some(theirs) = &merge.theirs else {
            return "";
        };
        let named = |name: &String| self.named.get(name).copied();
        let theirs = named(theirs);
        let ours = merge.ours.as_ref().map(named);
        if theirs.is_some() && theirs == self.merging && ours.is_none_or(|o| o == self.head) {
            return "  (waits for its commit)";
        }
        let Some(outside) = &self.outside else {
            return "  (not known whether HEAD has it)";
        };
        let is_in = |commit: Option<ObjectId>| commit.is_some_and(|c| !outside.contains(&c));
        match is_in(theirs) && ours.is_none_or(is_in) {
            true => "",
            false => "  (not in HEAD: aborted, reset, squashed, or on another branch)",
        }
    }
}
