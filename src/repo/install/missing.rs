//! A journal, or its notes, that are not where the settings have them.

use std::collections::BTreeMap;
use std::io;

use crate::journal::{EntryDate, Layout, PathKind, settings};
use crate::ledger::{self, Source};
use crate::repo::{Blob, Finding, Repo, RepoError};

impl Repo {
    /// The finding, if the settings' folder of the journal or of the notes does not exist, and
    /// something says that it should: then nothing in it is read or checked.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn missing_folder(&self, layout: &Layout) -> Result<Option<Finding>, RepoError> {
        match self.missing_journal(layout)? {
            None => self.notes_elsewhere(layout),
            missing => Ok(missing),
        }
    }

    /// The finding, if the settings name a folder of notes that does not exist, and a note of
    /// the ledger is elsewhere. Without a note, nobody needs the folder.
    fn notes_elsewhere(&self, layout: &Layout) -> Result<Option<Finding>, RepoError> {
        let wiki = &layout.wiki;
        if *wiki == Layout::default().wiki || !self.is_missing(wiki)? {
            return Ok(None);
        }
        let Some(path) = self.known_elsewhere(layout, Source::Wiki)? else {
            return Ok(None);
        };
        let file = settings::FILE;
        let what = format!(
            "{wiki}: no such folder, which {file} names as that of the notes, and the ledger \
             knows of {path} as one: no note is checked, indexed or in a backup"
        );
        let mend = format!(
            "put `wiki` in [paths] of {file} right and run palimpsest init, or move the notes there"
        );
        Ok(Some(Finding::new(what, mend)))
    }

    /// The finding, if the settings name a journal folder that does not exist, or if the
    /// journal is in another one than the default. Otherwise nobody would notice, since
    /// nothing is read or checked then. A new clone may well lack the default folder, and a
    /// sparse checkout any folder.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    fn missing_journal(&self, layout: &Layout) -> Result<Option<Finding>, RepoError> {
        let journal = &layout.journal;
        if *journal == Layout::default().journal {
            return self.journal_elsewhere(layout);
        }
        Ok(self.is_missing(journal)?.then(|| {
            let what = format!(
                "{journal}: no such folder, which {} names as the journal's, so that no entry is \
                 checked or indexed",
                settings::FILE
            );
            let mend = format!(
                "put `journal` in [paths] of {} right and run palimpsest init, or mkdir -p {}",
                settings::FILE,
                self.from_here(journal)
            );
            Finding::new(what, mend)
        }))
    }

    /// The finding, if the settings have the journal in the default folder, which does not
    /// exist, and an entry of the ledger is elsewhere: the settings that named its folder are
    /// lost, or those of before it moved are back.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub(super) fn journal_elsewhere(&self, layout: &Layout) -> Result<Option<Finding>, RepoError> {
        let journal = &layout.journal;
        if *journal != Layout::default().journal || !self.is_missing(journal)? {
            return Ok(None);
        }
        let Some(path) = self.known_elsewhere(layout, Source::Yaml)? else {
            return Ok(None);
        };
        let file = settings::FILE;
        let what = format!(
            "{journal}: no such folder, and the ledger knows of {path} as an entry: {file} does \
             not name its folder any more, so that no entry is checked or indexed"
        );
        let mend = format!(
            "put {file} right again (`git log -p -- {}` shows how it was, `journal` in [paths]), \
             then palimpsest init",
            self.pathspec(file)
        );
        Ok(Some(Finding::new(what, mend)))
    }

    /// Whether neither the work tree nor git has anything in the journal's folder.
    fn is_missing(&self, journal: &str) -> Result<bool, RepoError> {
        let is_absent = match self.workdir().join(journal).metadata() {
            Ok(there) => !there.is_dir(),
            // It may lie in a folder that may not be entered.
            Err(error) => error.kind() != io::ErrorKind::PermissionDenied,
        };
        Ok(is_absent
            && self.staged_below(journal)?.is_empty()
            // Without its last entry, the folder is gone as well.
            && self.blob_at(self.head()?, journal)?.is_none())
    }

    /// A staged file in no folder of these settings that has the name of an entry, or of a
    /// note, in the ledger. An entry that was deleted counts with the text that it had then:
    /// else the file is another one of that day.
    fn known_elsewhere(
        &self,
        layout: &Layout,
        source: Source,
    ) -> Result<Option<String>, RepoError> {
        let mut entries: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let index = self.index()?;
        for path in self.staged_below(&layout.ledger)? {
            let is_ledger = layout.ledger_year(&path).is_some();
            let staged = index.staged(&path).filter(|_| is_ledger);
            // One that cannot be read knows of none.
            let bytes = staged.and_then(Blob::file).map(|id| self.read_blob(id));
            let rows = ledger::parse(&bytes.and_then(Result::ok).unwrap_or_default());
            let name = |date: EntryDate| format!("{date}.md");
            let known = rows.sync.into_keys().filter(|key| key.1 == source);
            for (date, _) in known {
                entries.entry(name(date)).or_default();
            }
            let deleted = rows.deletions.into_iter();
            let deleted = deleted.filter(|(_, row)| row.state.is_active());
            for ((date, _), row) in deleted.filter(|_| source == Source::Yaml) {
                entries.entry(name(date)).or_default().push(row.blob);
            }
        }
        let names = entries.keys().cloned().collect();
        for path in self.staged_named(".", &names)? {
            let name = path.rsplit('/').next().unwrap_or(&path);
            let Some(blobs) = entries.get(name) else {
                continue;
            };
            let staged = index
                .staged(&path)
                .and_then(Blob::file)
                .map(|id| id.to_string());
            let is_it = |blob: &String| {
                !blob.is_empty() && staged.as_ref().is_some_and(|id| id.starts_with(blob))
            };
            if layout.classify(&path) == PathKind::Other
                && (blobs.is_empty() || blobs.iter().any(is_it))
            {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }
}
