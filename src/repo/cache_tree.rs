//! The index's cache of folders (the `TREE` extension): which of them equal a stored
//! tree, so that their files need not be compared.

use super::index_file::ID;

/// The folders, the top first. One whose files were staged since has no id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CacheTree(Vec<Folder>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder {
    name: Vec<u8>,
    /// The number of index entries below the folder, and the tree that they equal.
    pub tree: Option<(usize, git2::Oid)>,
    /// The subfolders by number, in the order of the file.
    children: Vec<usize>,
}

/// The number of the top folder.
pub(super) const TOP: usize = 0;

impl CacheTree {
    /// Reads the extension; `None` if it is damaged.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut folders: Vec<Folder> = Vec::new();
        // Open folders, each with the number of subfolders still to come.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut rest = bytes;
        while !rest.is_empty() {
            let parent = match open.last_mut() {
                Some((folder, left)) => {
                    *left -= 1;
                    Some(*folder)
                }
                None if folders.is_empty() => None,
                None => return None,
            };
            let (folder, below, after) = first(rest)?;
            let number = folders.len();
            if let Some(parent) = parent {
                folders[parent].children.push(number);
            }
            folders.push(folder);
            open.push((number, below));
            while open.last().is_some_and(|(_, left)| *left == 0) {
                open.pop();
            }
            rest = after;
        }
        (!folders.is_empty() && open.is_empty()).then_some(Self(folders))
    }

    pub(super) fn folder(&self, number: usize) -> &Folder {
        &self.0[number]
    }

    /// The number of the folder of this name in another one.
    pub(super) fn below(&self, number: usize, name: &[u8]) -> Option<usize> {
        let mut children = self.0[number].children.iter();
        children.find(|child| self.0[**child].name == name).copied()
    }

    /// Notes that a path was staged: the folders on the way to it no longer equal a known
    /// tree.
    pub(super) fn forget(&mut self, path: &[u8]) {
        let mut parts = path.split(|&b| b == b'/').peekable();
        let mut folder = Some(TOP);
        while let (Some(number), Some(part)) = (folder, parts.next()) {
            self.0[number].tree = None;
            folder = self.below(number, part);
            if let (Some(file), None) = (folder, parts.peek()) {
                // A file where a folder was.
                self.0[number].children.retain(|child| *child != file);
            }
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut left = vec![TOP];
        while let Some(number) = left.pop() {
            let folder = &self.0[number];
            let count = match folder.tree {
                Some((count, _)) => count.to_string(),
                None => "-1".to_owned(),
            };
            out.extend_from_slice(&folder.name);
            out.extend_from_slice(format!("\0{count} {}\n", folder.children.len()).as_bytes());
            if let Some((_, id)) = folder.tree {
                out.extend_from_slice(id.as_bytes());
            }
            left.extend(folder.children.iter().rev());
        }
        out
    }
}

/// Reads a folder; returns it with the number of its subfolders and the rest of the
/// bytes.
fn first(bytes: &[u8]) -> Option<(Folder, usize, &[u8])> {
    let nul = bytes.iter().position(|&b| b == 0)?;
    let (name, rest) = (bytes[..nul].to_vec(), &bytes[nul + 1..]);
    let line = rest.iter().position(|&b| b == b'\n')?;
    let (about, rest) = (std::str::from_utf8(&rest[..line]).ok()?, &rest[line + 1..]);
    let (count, below) = about.split_once(' ')?;
    let below = below.parse().ok()?;
    let (tree, rest) = match count.parse::<i64>().ok()? {
        ..0 => (None, rest),
        count => {
            let id = git2::Oid::from_bytes(rest.get(..ID)?).ok()?;
            (Some((usize::try_from(count).ok()?, id)), &rest[ID..])
        }
    };
    let folder = Folder {
        name,
        tree,
        children: Vec::new(),
    };
    Some((folder, below, rest))
}
