//! Plan and apply: the work of the hooks, the drivers and the commands, from git's data
//! (`repo`), the files' content (`journal`) and the ledger's rows (`ledger`).
//!
//! | module | question |
//! |---|---|
//! | [`driver`], [`kept_out`] | How does git merge an entry, and which removals count? |
//! | [`ledger_driver`] | How does git merge a ledger file? |
//! | [`merge_log`] | What did the driver decide by itself? |
//! | [`documents`] | Which drivers merge Markdown files outside a journal? |
//! | [`commit`] | What may a commit hold, and which rows go into it? |
//! | [`behind`] | Which ledger files stayed behind a commit? |
//! | `leftovers` | Which rows are of a commit that came to nothing? |
//! | `versions` | Which entries does a commit change, and from which versions? |
//! | [`history`] | Which rows belong to commits that came without them? |
//! | [`incoming`] | What came in with a pull, a merge or a rebase? |
//! | [`refresh`] | How is the index brought up to date? |
//! | [`database_path`] | Where is the database, and whose is the file there? |
//! | [`resolve`] | What did a merge leave for a person, and what should it be? |
//! | `waiting` | Which entries wait for a person, as the index last had it? |
//! | [`settle`] | What does a person's decision change in the ledger? |
//! | [`health`], [`mend`] | What is wrong with the setup, and what can be mended? |
//! | [`backup`] | How is a journal kept in one archive, and restored? |
//! | [`migrate`] | What is taken over from the original program's database? |
//! | [`settings`] | Where are the settings read from? |
//! | [`clock`] | What time is it? |
//! | [`words`] | How is a number of things written in a message? |

pub mod backup;
pub mod behind;
pub mod clock;
pub mod commit;
pub mod database_path;
pub mod documents;
pub mod driver;
pub mod health;
pub mod history;
pub mod incoming;
pub mod kept_out;
pub mod ledger_driver;
mod leftovers;
pub mod mend;
pub mod merge_log;
pub mod migrate;
pub mod refresh;
pub mod resolve;
pub mod settings;
pub mod settle;
mod versions;
mod waiting;
pub mod words;
