//! The manifest of an archive, and the check of the archive against it.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, iter};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::MANIFEST;
use crate::journal::{Layout, Settings, SettingsError};
use crate::repo::Member;

const VERSION: u32 = 1;
/// That of a manifest with `unread`, so that a program which does not know of these files
/// refuses the archive: it would take them for deleted.
const VERSION_LACKING_FILES: u32 = 2;

/// The manifest of an archive, a JSON file in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of the manifest's form; 1, or 2 if files are unread.
    pub version: u32,
    /// RFC 3339, in UTC.
    pub created: String,
    pub machine: String,
    /// The commit that was checked out; empty before the first one.
    pub head: String,
    /// The database's path in the archive; empty if it was left out.
    pub database: String,
    pub files: Vec<Listed>,
    /// Files and folders that could not be read, so that they are not in the archive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// The folders that it was made with, as settings name them, where the settings in the
    /// archive cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paths: Option<String>,
}

/// A file of the manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// In hex.
    pub sha256: String,
}

impl From<&Member> for Listed {
    fn from(member: &Member) -> Self {
        Self {
            path: member.path.clone(),
            size: member.size,
            sha256: member.sha256.clone(),
        }
    }
}

impl Manifest {
    /// Reads the manifest of an archive with these members, unpacked into a folder.
    pub(super) fn read(folder: &Path, members: &[Member]) -> Result<Self, String> {
        // A line for each, with sizes and sums; escapes make a path six times as long.
        let longest: usize = members.iter().map(|m| 512 + 6 * m.path.len()).sum();
        let path = folder.join(MANIFEST);
        let size = fs::metadata(&path).map_err(|_| "missing: this is no backup".to_owned())?;
        if size.len() > 64 * 1024 + longest as u64 {
            return Err("longer than any manifest".into());
        }
        let text = fs::read(&path).map_err(|e| e.to_string())?;
        serde_json::from_slice(&text).map_err(|e| format!("no manifest: {e}"))
    }

    /// The manifest of these files; `unread` is left for
    /// [`lacking`](Self::lacking).
    #[must_use]
    pub fn new(
        created: String,
        machine: String,
        head: String,
        database: String,
        members: &[Member],
    ) -> Self {
        Self {
            version: VERSION,
            created,
            machine,
            head,
            database,
            files: members.iter().map(Listed::from).collect(),
            unread: Vec::new(),
            paths: None,
        }
    }

    /// The same of an archive that lacks these files and folders.
    #[must_use]
    pub fn lacking(self, unread: Vec<String>) -> Self {
        let version = match unread.is_empty() {
            true => self.version,
            false => VERSION_LACKING_FILES,
        };
        Self {
            version,
            unread,
            ..self
        }
    }

    /// The same of an archive made with these folders, which its own settings do not name:
    /// they cannot be read, which may be the reason for restoring another one.
    #[must_use]
    pub fn made_with(self, layout: &Layout) -> Self {
        let keys = ["journal", "wiki", "ledger", "database"];
        let paths = [
            &layout.journal,
            &layout.wiki,
            &layout.ledger,
            &layout.database,
        ];
        let lines = keys.into_iter().zip(paths);
        // A string of JSON is one of TOML.
        let lines = lines.map(|(key, path)| format!("{key} = {}\n", Value::from(path.as_str())));
        Self {
            paths: Some(iter::once("[paths]\n".to_owned()).chain(lines).collect()),
            ..self
        }
    }

    /// The folders of an archive with this settings' file, or none.
    ///
    /// # Errors
    /// The settings cannot be read, and the manifest names no folders.
    pub fn layout(&self, settings: Option<&[u8]>) -> Result<Layout, SettingsError> {
        let paths = self.paths.as_deref().map(Settings::parse);
        let settings = match (settings.map(Settings::of_file), paths) {
            (Some(Ok(settings)), _) | (_, Some(Ok(settings))) => settings,
            (Some(Err(error)), _) => return Err(error),
            (None, _) => Settings::default(),
        };
        Ok(settings.layout)
    }

    /// The first difference between an archive and its manifest: the file and what is
    /// wrong.
    #[must_use]
    pub fn differs(&self, members: &[Member]) -> Option<(String, String)> {
        if ![VERSION, VERSION_LACKING_FILES].contains(&self.version) {
            let what = format!(
                "version {}; expected {VERSION} or {VERSION_LACKING_FILES}: it was made by a \
                 newer program",
                self.version
            );
            return Some((MANIFEST.into(), what));
        }
        let found = members.iter().filter(|m| m.path != MANIFEST);
        let mut found: BTreeMap<&str, &Member> = found.map(|m| (m.path.as_str(), m)).collect();
        for listed in &self.files {
            let what = match found.remove(listed.path.as_str()) {
                None => "missing in the archive".to_owned(),
                Some(m) if m.sha256 != listed.sha256 || m.size != listed.size => format!(
                    "its SHA-256 is {}; the manifest has {}",
                    m.sha256, listed.sha256
                ),
                Some(_) => continue,
            };
            return Some((listed.path.clone(), what));
        }
        let extra = found.into_keys().next()?;
        Some((extra.to_owned(), "not in the manifest".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(path: &str, sha256: &str) -> Member {
        Member {
            path: path.into(),
            size: 1,
            sha256: sha256.into(),
        }
    }

    #[test]
    fn every_difference_is_named() {
        let members = [member("a", "1"), member("b", "2")];
        let [created, machine, head, database] = [""; 4].map(String::from);
        let manifest = Manifest::new(created, machine, head, database, &members);
        let differs = |members: &[Member]| manifest.differs(members).map(|(path, _)| path);
        let own = member(MANIFEST, "9");
        assert_eq!(differs(&[&members[..], &[own]].concat()), None);
        assert_eq!(differs(&members[..1]).as_deref(), Some("b"));
        assert_eq!(
            differs(&[member("a", "1"), member("b", "3")]).as_deref(),
            Some("b")
        );
        let more = [&members[..], &[member("c", "4")]].concat();
        assert_eq!(differs(&more).as_deref(), Some("c"));
    }
}
