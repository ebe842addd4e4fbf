//! Three-way merging of values that know nothing of YAML or journals.
//!
//! Everything here is a pure function of its arguments. [`journal`](crate::journal)
//! builds the merge of an entry from these parts.

mod anchors;
mod gap;
mod identify;
mod lines;
mod markers;
mod order;
mod sequence;
mod three_way;

pub use gap::Row;
pub use identify::{Alike, identify};
pub use lines::{LineMerge, MergedLines, is_binary};
pub use markers::{ConflictStyle, Markers};
pub use order::order;
pub use sequence::{Chunk, sequence};
pub use three_way::ThreeWay;
