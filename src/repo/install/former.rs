//! Attribute lines that `init` wrote for settings that have changed since.

use std::collections::BTreeSet;

use super::attributes::by_folder;
use super::files::ATTRIBUTES;
use crate::journal::settings::FILE;
use crate::journal::{Layout, Settings};
use crate::ledger;
use crate::repo::{Blob, Finding, ObjectId, Repo, RepoError};

impl Repo {
    /// The attribute lines that equal, byte for byte, those of `init` for settings that
    /// were once committed and changed since, if the folder that they name is gone. A
    /// person's own lines are not among them.
    ///
    /// # Errors
    /// The file or history cannot be read.
    pub fn former_attributes(&self, layout: &Layout) -> Result<Vec<String>, RepoError> {
        let there = self.read_tracked(ATTRIBUTES)?.unwrap_or_default();
        let there = String::from_utf8_lossy(&there);
        let now: Vec<String> = by_folder(layout)
            .into_iter()
            .map(|(_, line)| line)
            .collect();
        let others = there
            .lines()
            .filter(|line| line.contains(" merge=palimpsest") && !now.iter().any(|n| n == line));
        let others: Vec<&str> = others.collect();
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let mut former = BTreeSet::new();
        for layout in std::iter::once(Layout::default()).chain(self.committed_layouts()?) {
            for (folder, line) in by_folder(&layout) {
                let gone = !self.inside(&folder).is_ok_and(|path| path.exists());
                if gone && others.contains(&line.as_str()) {
                    former.insert(line);
                }
            }
        }
        Ok(former.into_iter().collect())
    }

    /// The layouts of each version of the settings in HEAD's history.
    ///
    /// # Errors
    /// History cannot be read.
    pub fn committed_layouts(&self) -> Result<Vec<Layout>, RepoError> {
        let all = self.settings_commits()?.into_iter();
        Ok(all.filter_map(|(_, layout)| layout).collect())
    }

    /// The commits of HEAD's history that changed the settings, the newest first, each with
    /// the layout that it set, if its settings can be read.
    ///
    /// # Errors
    /// History cannot be read.
    pub fn settings_commits(&self) -> Result<Vec<(ObjectId, Option<Layout>)>, RepoError> {
        let mut all = Vec::new();
        if let Some(head) = self.head()? {
            for commit in self.commits_of(head, FILE)? {
                let text = self.read_at(commit, FILE)?.unwrap_or_default();
                let settings = Settings::of_file(&text).ok();
                all.push((commit, settings.map(|settings| settings.layout)));
            }
        }
        Ok(all)
    }

    /// HEAD with the layout that its own settings set, if they can be read: for where history
    /// cannot be.
    #[must_use]
    pub fn settings_of_head(&self) -> Option<(ObjectId, Option<Layout>)> {
        let head = self.head().ok()??;
        let text = self.read_at(head, FILE).ok()??;
        let settings = Settings::of_file(&text).ok()?;
        Some((head, Some(settings.layout)))
    }

    /// Reports that these settings, or staged ones, name another folder for the ledger than
    /// HEAD's, if HEAD has a ledger in its own alone and no parent of the next commit has the
    /// new folder. `staged` is the settings' file of the next commit. A version's ledger is
    /// looked for where the settings of now have it, in all of history, so it would begin
    /// anew: without removals, states and conflicts.
    ///
    /// # Errors
    /// HEAD, a commit that is being merged, or the file cannot be read.
    pub fn ledger_left_behind(
        &self,
        layout: &Layout,
        staged: Option<ObjectId>,
    ) -> Result<Option<Finding>, RepoError> {
        let Some(head) = self.head()? else {
            return Ok(None);
        };
        let ledger_of = |settings: Option<Vec<u8>>| {
            let text = settings.unwrap_or_default();
            let settings = Settings::of_file(&text).ok()?;
            Some(settings.layout.ledger)
        };
        let mut folders = Vec::new();
        for parent in std::iter::once(head).chain(self.merge_heads()?) {
            // Of settings that cannot be read, nobody knows what they mean.
            let Some(folder) = ledger_of(self.read_at(parent, FILE)?) else {
                return Ok(None);
            };
            folders.push(folder);
        }
        let staged = staged.map(|id| self.read_blob(id)).transpose()?;
        let staged = staged.and_then(|text| ledger_of(Some(text)));
        let new = std::iter::once(&layout.ledger).chain(&staged);
        let Some(now) = new.into_iter().find(|now| !folders.contains(now)) else {
            return Ok(None);
        };
        let was = folders.swap_remove(0);
        if !self.has_ledger(head, layout, &was)? || self.has_ledger(head, layout, now)? {
            return Ok(None);
        }
        Ok(Some(Finding::new(
            format!(
                "{FILE}: the ledger is in `{was}` and stays there; in `{now}` it would begin anew, \
                 without the removals, states and conflicts that it holds"
            ),
            format!(
                "put `ledger = \"{was}\"` in [paths] of {FILE} again, move the files back if you \
                 moved them, then palimpsest init, and git add {}",
                self.pathspec(FILE)
            ),
        )))
    }

    /// Whether a commit has rows in this folder.
    fn has_ledger(
        &self,
        commit: ObjectId,
        layout: &Layout,
        folder: &str,
    ) -> Result<bool, RepoError> {
        let there = Layout {
            ledger: folder.to_owned(),
            ..layout.clone()
        };
        for file in self.changes(None, Some(commit), &[folder])? {
            if let Some(id) = file.new.and_then(Blob::file)
                && there.ledger_year(&file.path).is_some()
            {
                // Somebody else's file of such a name has none.
                let rows = ledger::parse(&self.read_blob(id)?);
                if !rows.years().is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// A file's bytes, in any encoding, without these lines, whatever their line ends.
pub(super) fn without_lines(bytes: &[u8], lines: &[String]) -> Vec<u8> {
    let is_one = |line: &[u8]| {
        let end = line.iter().rposition(|b| !b"\r\n".contains(b));
        let bare = &line[..end.map_or(0, |at| at + 1)];
        lines.iter().any(|l| l.as_bytes() == bare)
    };
    let kept = bytes
        .split_inclusive(|&b| b == b'\n')
        .filter(|l| !is_one(l));
    kept.collect::<Vec<_>>().concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_lines_go_and_only_whole_ones() {
        let gone = ["/a merge=palimpsest".to_owned()];
        let text = b"\xe9\r\n/a merge=palimpsest\r\n /a merge=palimpsest\n#/a merge=palimpsest";
        assert_eq!(
            without_lines(text, &gone),
            b"\xe9\r\n /a merge=palimpsest\n#/a merge=palimpsest"
        );
        assert_eq!(without_lines(b"/a merge=palimpsest", &gone), b"");
    }
}
