//! The merge of entries: the project's cases, the shared data, laws and git's
//! own merge as the oracle.

mod alike;
mod by_name;
mod cases;
mod corpus;
mod fuzz_seeds;
mod hostile;
mod in_order;
mod laws;
mod moved;
mod oracle;
mod output;
mod removals;
mod several_bases;
mod told;
mod yaml_suite;

use std::path::{Path, PathBuf};

use palimpsest::journal::reconcile::{FileKind, Merged, Merger};
use palimpsest::journal::rules::Rules;
use palimpsest::merge::{ConflictStyle, Markers, ThreeWay};
use palimpsest::repo::GitLines;

use crate::harness::not_run;

/// Data for tests that is kept beside the repository and may be absent.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared")
        .join(folder);
    if path.is_dir() {
        return Some(path);
    }
    not_run(&format!("{} is absent", path.display()));
    None
}

/// Merges with no settings and no tombstones.
pub fn merge(sides: ThreeWay<&[u8]>) -> Merged {
    merge_as(FileKind::Markdown, ConflictStyle::Merge, 7, sides)
}

/// Merges with the labels that git would give.
pub fn merge_labelled(sides: ThreeWay<&[u8]>, labels: ThreeWay<&str>) -> Merged {
    let rules = Rules::default();
    let lines = GitLines::new();
    let merger = Merger {
        markers: Markers {
            labels: labels.map(str::to_owned),
            ..Markers::default()
        },
        ..Merger::plain(&rules, &lines)
    };
    merger
        .merge(sides)
        .expect("three texts can be merged by line")
}

/// Merges as a kind of file, with conflicts in a style and markers of a length.
pub fn merge_as(
    kind: FileKind,
    style: ConflictStyle,
    size: usize,
    sides: ThreeWay<&[u8]>,
) -> Merged {
    let rules = Rules::default();
    let lines = GitLines::new();
    let merger = Merger {
        markers: Markers {
            size,
            style,
            ..Markers::default()
        },
        virtual_base: size > 7,
        kind,
        ..Merger::plain(&rules, &lines)
    };
    merger
        .merge(sides)
        .expect("three texts can be merged by line")
}
