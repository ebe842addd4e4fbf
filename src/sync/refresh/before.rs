//! Earlier facts of an entry, if its present file does not give them.

use super::RefreshError;
use super::apply::Apply;
use super::look;
use super::state::{DateFiles, Deleted, ReadFile};
use crate::journal::{Entry, EntryDate, Facts};
use crate::ledger::{Ledger, Source};
use crate::repo::ObjectId;
use crate::sync::history;
use crate::sync::versions;

impl Apply<'_, '_, '_> {
    /// The facts that HEAD's version counts as having, if it is unreadable and the work
    /// tree's is not.
    pub(super) fn head_said(
        &self,
        date: EntryDate,
        files: &DateFiles,
        blob: Option<ObjectId>,
    ) -> Result<Option<Facts>, RefreshError> {
        let now = files.work.as_ref().and_then(|v| v.content.as_ref());
        let (Some(head), Some(now), Some(broken), Some(blob)) = (self.head, now, &files.head, blob)
        else {
            return Ok(None);
        };
        if broken.content.is_some() {
            return Ok(None);
        }
        let version = versions::FileAt {
            path: broken.path.clone(),
            blob,
        };
        let (key, now) = ((date, Source::Yaml), now.facts());
        let said =
            history::facts_before(self.repo, self.layout, (head, &version), key, Some(&now))?;
        Ok(Some(said))
    }

    /// The last readable version before HEAD's, if neither HEAD's nor the work tree's can
    /// be read.
    pub(super) fn before_head(
        &mut self,
        date: EntryDate,
        files: &DateFiles,
        blob: Option<ObjectId>,
    ) -> Option<ReadFile<Entry>> {
        let (Some(head), Some(broken), Some(blob)) = (self.head, &files.head, blob) else {
            return None;
        };
        if broken.content.is_some() || files.is_readable_in_work() {
            return None;
        }
        self.unreadable.insert(date);
        let version = versions::FileAt {
            path: broken.path.clone(),
            blob,
        };
        let found = history::readable_before(self.repo, self.layout, (head, &version), date);
        // A damaged history must not keep the other entries from being indexed.
        let read = found.and_then(|version| {
            let read = |version: versions::FileAt| {
                let bytes = self.repo.read_blob(version.blob)?;
                Ok(ReadFile {
                    path: version.path,
                    content: Entry::read(date, &bytes).ok(),
                })
            };
            version.map(read).transpose()
        });
        match read {
            Ok(Some(version)) => return Some(version),
            Ok(None) if look::cut_off(self.repo).is_empty() => {}
            Ok(None) | Err(_) => drop(self.unread.insert(date)),
        }
        None
    }

    /// The deletion of an entry, with its last version as far as that is available.
    pub(super) fn deleted(
        &mut self,
        date: EntryDate,
        rows: &Ledger,
    ) -> Result<Option<Deleted>, RefreshError> {
        if rows.active_deletions_of(date).nth(1).is_some() {
            self.twice.insert(date);
        }
        let deletion = self.removed.deletion_of(rows, date)?;
        let version = deletion.and_then(|deletion| {
            let id: ObjectId = deletion.blob.parse().ok()?;
            let bytes = self.repo.read_blob(id).ok()?;
            Some(Deleted {
                last: ReadFile {
                    path: history::last_path(self.layout, date, deletion),
                    content: Entry::read(date, &bytes).ok(),
                },
                row: match rows.deleted_by(date) {
                    Some(by) if deletion.is_told() && !by.is_told() => by.clone(),
                    _ => deletion.clone(),
                },
            })
        });
        if version.is_none() && rows.active_deletions_of(date).next().is_some() {
            self.unread.insert(date);
        }
        Ok(version)
    }
}
