//! Three-way merging of values that know nothing of YAML or journals.
//!
//! Everything here is a pure function of its arguments. [`journal`](crate::journal)
//! builds the merge of an entry from these parts.

mod three_way;

pub use three_way::{Merged, ThreeWay};
