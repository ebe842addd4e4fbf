//! The report of a migration: a few lines for the terminal, and everything as a page.

use std::fmt::Write;

use crate::store::OtherText;

/// The data taken over, and the data that was not.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// How many rows are new in the ledger.
    pub tombstones: usize,
    pub deletions: usize,
    /// How many rows the ledger had already.
    pub known: usize,
    /// The reasons for removals, if the original has them.
    pub reasons: Vec<String>,
    /// Removed in the original, but in the file.
    pub still_there: Vec<String>,
    /// Removed from an entry whose file cannot be read.
    pub unreadable: Vec<String>,
    /// Notes without a place: another page is there, or the entry is deleted.
    pub notes: Vec<OtherText>,
    /// Unsettled conflicts.
    pub conflicts: Vec<String>,
    /// Deleted in the original, but with a file.
    pub deleted_and_here: Vec<String>,
    /// Deleted in the original, and in no commit.
    pub lost: Vec<String>,
    /// Not deleted in the original, but without a file.
    pub without_file: Vec<String>,
    /// Notes on people, events and the like.
    pub texts: Vec<OtherText>,
    /// Data that was not understood.
    pub odd: Vec<String>,
}

/// One kind of data that was not taken over.
#[derive(Debug)]
pub struct Section {
    pub title: String,
    pub lines: Vec<String>,
}

impl Report {
    /// The data not taken over, by kind, without empty kinds. `file` is the path at which
    /// the original's database can be read again.
    #[must_use]
    pub fn sections(&self, file: &str) -> Vec<Section> {
        let of = |texts: &[OtherText]| texts.iter().map(|t| t.of.clone()).collect();
        let all = [
            (
                "removed in the original, and in the file: it stays there",
                self.still_there.clone(),
            ),
            (
                "removed from an entry that cannot be read; mend it, \
                 then `palimpsest init --original FILE`",
                self.unreadable.clone(),
            ),
            (
                "a note that the page of that entry does not have, or that has no entry: \
                 nothing was changed, its text is in the report",
                of(&self.notes),
            ),
            (
                "a conflict that nobody had settled: look whether the entry says what it should",
                self.conflicts.clone(),
            ),
            (
                "deleted in the original, and a file is here: it stays",
                self.deleted_and_here.clone(),
            ),
            (
                "deleted in the original, and no commit has its file: its text is nowhere",
                self.lost.clone(),
            ),
            (
                "an entry of the original that has no file here, on this branch",
                self.without_file.clone(),
            ),
            (
                "a note on something that is no entry: its text is in the report",
                of(&self.texts),
            ),
            ("not understood", self.odd.clone()),
        ];
        let section = |(title, lines): (&str, Vec<String>)| Section {
            title: title.replace("FILE", file),
            lines,
        };
        let filled = all.into_iter().filter(|(_, lines)| !lines.is_empty());
        filled.map(section).collect()
    }

    /// Everything, with the texts, as a Markdown page.
    #[must_use]
    pub fn page(&self, file: &str) -> String {
        let mut page = format!(
            "# What came from {file}\n\n\
             New in the ledger: {} tombstones, {} deletions. There already: {}.\n",
            self.tombstones, self.deletions, self.known
        );
        let mut sections = self.sections(file);
        sections.push(Section {
            title: "why items were removed, as the original said".to_owned(),
            lines: self.reasons.clone(),
        });
        for section in sections.iter().filter(|s| !s.lines.is_empty()) {
            // Writing into a string cannot fail.
            let _ = writeln!(page, "\n## {}\n", capitalised(&section.title));
            for line in &section.lines {
                let _ = writeln!(page, "- {}", line.replace('\n', " "));
            }
        }
        for text in self.notes.iter().chain(&self.texts) {
            let _ = writeln!(page, "\n## The note on {}\n\n{}", text.of, text.text);
        }
        page
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}
