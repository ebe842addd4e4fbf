//! The outcomes of `palimpsest resolve` for its paths, and what is said of them at the end.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::shown::safe;
use super::{Exit, Ui};
use crate::journal::Item;
use crate::journal::layout::is_at_or_below;
use crate::repo::Stages;
use crate::sync::resolve::{Chosen, Finished, Resolver};

/// The outcome for one path.
#[derive(Default)]
pub struct Settled {
    /// A line for each place left to choose.
    pub left: Vec<String>,
    /// Whether a side can be chosen in one of them.
    pub is_choice: bool,
    /// The copy of the text that the result was written over.
    pub aside: Option<PathBuf>,
    /// Whether the result waits in the work tree, not staged.
    pub unstaged: bool,
    /// The items that were kept against the other side's removal of them, with the path.
    pub kept: Option<(String, BTreeSet<Item>)>,
}

impl Settled {
    /// The outcome for a path that was not chosen, with the line to say.
    pub fn to_choose(line: String) -> Self {
        Self {
            is_choice: true,
            ..Self::left_at(line)
        }
    }

    /// The outcome for a path that is left to a person, with the line to say.
    pub fn left_at(line: String) -> Self {
        Self {
            left: vec![line],
            ..Self::default()
        }
    }

    /// The outcome for a file that was written.
    pub fn written_over(done: Finished) -> Self {
        Self {
            unstaged: !done.staged,
            aside: done.aside,
            ..Self::default()
        }
    }
}

/// Says of which of the named paths there was nothing to resolve, or that there was nothing at
/// all. `is_known` holds for a path of which that can be said.
///
/// # Errors
/// Standard output cannot be written.
pub fn say_of_the_others(
    ui: &Ui,
    about: &BTreeSet<String>,
    chosen: &Chosen,
    is_known: impl Fn(&str) -> bool,
) -> anyhow::Result<()> {
    let is_in = |named: &str| about.iter().any(|path| is_at_or_below(path, named));
    for named in &chosen.paths {
        if !named.is_empty() && !is_in(named) && is_known(named) {
            ui.line(format_args!("nothing to resolve in {}", safe(named)))?;
        }
    }
    if chosen.is_all() && about.is_empty() {
        ui.line("nothing to resolve")?;
    }
    Ok(())
}

/// Limit on the files that git alone merges and that are named.
const NAMED: usize = 3;

/// Says which files in conflict git alone merges, if there are any, and how they are settled:
/// those with markers, or without a file on one side, by their names, others by git.
///
/// # Errors
/// Standard output cannot be written.
pub fn say_of_those_left_to_git(
    ui: &Ui,
    resolver: &Resolver<'_>,
    paths: &[(String, Stages)],
) -> anyhow::Result<()> {
    if paths.is_empty() {
        return Ok(());
    }
    let (repo, shown) = (resolver.repo, &paths[..paths.len().min(NAMED)]);
    let more = match paths.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (mut by_name, mut by_git) = (None, None);
    for (path, stages) in shown {
        match resolver.is_settled_by_name(path, stages) {
            true => by_name.get_or_insert(path),
            false => by_git.get_or_insert(path),
        };
    }
    let by_name = by_name.map(|path| {
        let word = repo.from_here(path);
        format!("choose by name, like `palimpsest resolve {word}`, or edit and `git add` it")
    });
    let by_git = by_git.map(|path| {
        let word = repo.pathspec(path);
        format!(
            "one without markers takes `git checkout --ours -- {word}` or --theirs, then `git add \
             {word}`"
        )
    });
    let ways: Vec<String> = by_name.into_iter().chain(by_git).collect();
    let names: Vec<&str> = shown.iter().map(|(path, _)| path.as_str()).collect();
    ui.line(format_args!(
        "in conflict, and merged by git alone: {}{more}; {}",
        safe(&names.join(", ")),
        safe(&ways.join("; "))
    ))?;
    Ok(())
}

/// Says what is left, and where the texts are that were written over.
///
/// # Errors
/// Standard output cannot be written.
pub fn conclude(ui: &Ui, outcomes: &[Settled]) -> anyhow::Result<Exit> {
    if let Some(aside) = outcomes.iter().find_map(|o| o.aside.as_ref()) {
        let folder = aside.ancestors().find(|a| a.ends_with("before-resolve"));
        ui.line(format_args!(
            "what stood there before is kept in {}",
            folder.unwrap_or(aside).display()
        ))?;
    }
    if outcomes.iter().any(|o| o.unstaged) {
        ui.line("look at what is not staged with `git diff`, then commit it")?;
    }
    let left: Vec<&String> = outcomes.iter().flat_map(|o| &o.left).collect();
    if left.is_empty() {
        return Ok(Exit::Ok);
    }
    ui.remark(format_args!("{} left:", left.len()));
    for line in left {
        ui.remark(format_args!("  {}", safe(line)));
    }
    if outcomes.iter().any(|o| o.is_choice) {
        ui.remark(
            "choose with `palimpsest resolve --ours PATH`, --theirs or --both, or edit the file \
             and `git add` it",
        );
    }
    Ok(Exit::Failed)
}
