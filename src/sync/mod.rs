//! Plans and their effects: the refresh of the index, drivers, hooks. Everything
//! that needs both the repository and the database, or either with the clock.

pub mod clock;
pub mod commit;
pub mod driver;
pub mod health;
pub mod incoming;
pub mod ledger_driver;
pub mod refresh;
