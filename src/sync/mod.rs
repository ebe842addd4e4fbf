//! Plan and apply: what the hooks, the drivers and the commands do, from what git
//! has (`repo`), what the files say (`journal`) and what the ledger knows.

pub mod backup;
pub mod behind;
pub mod clock;
pub mod commit;
pub mod documents;
pub mod driver;
pub mod health;
pub mod history;
pub mod incoming;
pub mod kept_out;
pub mod ledger_driver;
pub mod mend;
pub mod merge_log;
pub mod migrate;
pub mod place;
pub mod refresh;
pub mod resolve;
pub mod settings;
pub mod settle;
