//! The database of a refresh: the file as the options want it opened, and another one in
//! its place where that cannot be used.

use std::path::Path;

use super::noted::Noted;
use super::{Options, RefreshError};
use crate::store::{Fresh, Store, StoreError};

/// Limit on new attempts while other processes keep writing. Each that is in vain means that
/// another process was done, so it is above the number of commands that run at once.
const TRIES: usize = 20;

/// An open database, and how it came to be the one.
pub(super) struct Database<'a> {
    path: &'a Path,
    options: &'a Options<'a>,
    pub store: Store,
    /// Why it is made anew, if it is.
    pub fresh: Option<Fresh>,
    /// Why it is in memory alone, if the file cannot be written.
    pub unwritten: Option<StoreError>,
    /// Whether the file was replaced: another time would not help.
    replaced: bool,
    tries: usize,
}

impl<'a> Database<'a> {
    /// Opens the database at a path.
    pub fn open(path: &'a Path, options: &'a Options<'a>) -> Result<Self, StoreError> {
        let opened = match (options.dry_run, options.force) {
            (true, true) => Store::pretend(path).map(|store| (store, None)),
            (true, false) => Store::open_or_pretend(path, options.wait).map(|store| (store, None)),
            (false, _) => to_write(path, options),
        };
        let ((store, fresh), unwritten) = match opened {
            Err(error) if options.or_in_memory && error.is_unwritable() => {
                ((Store::in_memory(path)?, None), Some(error))
            }
            opened => (opened?, None),
        };
        Ok(Self {
            path,
            options,
            store,
            fresh,
            unwritten,
            replaced: false,
            tries: 0,
        })
    }

    /// The database for these folders of this work tree. If the settings named others at
    /// the last refresh, or it was made in another work tree (somebody committed it, or it
    /// is from a backup), what it knows does not count; nor does it if nothing tells that.
    pub fn made_for(self, these: Option<&str>) -> Result<Self, RefreshError> {
        if self.fresh.is_some() || self.store.is_empty() {
            return Ok(self);
        }
        let noted = match self.store.meta() {
            Ok(meta) => Noted::read(&meta),
            Err(error) => return self.after(error.into())?.made_for(these),
        };
        if these == Some(&*noted.made_for) {
            return Ok(self);
        }
        drop(self.store);
        let store = match self.options.dry_run || self.unwritten.is_some() {
            true => Store::pretend(self.path)?,
            false => Store::recreate(self.path, self.options.wait)?.0,
        };
        Ok(Self {
            store,
            fresh: Some(Fresh::Asked),
            ..self
        })
    }

    /// The database for another attempt after an error; the error if there is to be none.
    pub fn after(self, error: RefreshError) -> Result<Self, RefreshError> {
        let RefreshError::Store(error) = error else {
            return Err(error);
        };
        let is_file = self.unwritten.is_none();
        let may_write = is_file && !self.options.dry_run;
        let may_replace = may_write && !self.replaced;
        if error.is_read_only() && may_replace && Store::can_be_replaced(self.path) {
            return Ok(self.made_writable()?);
        }
        if self.options.or_in_memory && is_file && error.is_unwritable() {
            return Ok(self.in_memory(error)?);
        }
        if matches!(error, StoreError::Moved { .. }) && self.tries < TRIES {
            return Ok(self.opened_again()?);
        }
        if error.is_corrupt() && !self.replaced {
            drop(self.store);
            // A copy in memory has the damage of the file, which stays as it is.
            let (store, fresh) = match may_write {
                true => (
                    Store::replace(self.path, self.options.wait)?,
                    Some(Fresh::Damaged),
                ),
                false => (Store::pretend(self.path)?, None),
            };
            return Ok(Self {
                store,
                fresh,
                replaced: true,
                ..self
            });
        }
        Err(error.into())
    }

    /// A new file in the place of one that can only be read.
    fn made_writable(self) -> Result<Self, StoreError> {
        drop(self.store);
        let (store, fresh, unwritten) = match Store::replace(self.path, self.options.wait) {
            Ok(made) => (made, Some(Fresh::ReadOnly), None),
            // In some folders only the owner of a file may take it away.
            Err(error) if self.options.or_in_memory => {
                (Store::in_memory(self.path)?, None, Some(error))
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            store,
            fresh,
            unwritten,
            replaced: true,
            ..self
        })
    }

    /// An index in memory, since the file cannot be written.
    fn in_memory(self, error: StoreError) -> Result<Self, StoreError> {
        drop(self.store);
        Ok(Self {
            store: Store::in_memory(self.path)?,
            fresh: None,
            unwritten: Some(error),
            ..self
        })
    }

    /// The file that is at the path after another process wrote: it may be another one.
    fn opened_again(self) -> Result<Self, StoreError> {
        let tries = self.tries + 1;
        if self.options.dry_run {
            return Ok(Self { tries, ..self });
        }
        drop(self.store);
        let (store, made) = to_write(self.path, self.options)?;
        Ok(Self {
            store,
            fresh: self.fresh.or(made),
            tries,
            ..self
        })
    }
}

/// Opens the file to bring it up to date, or to fill it anew.
fn to_write(path: &Path, options: &Options<'_>) -> Result<(Store, Option<Fresh>), StoreError> {
    match options.force {
        true => Store::recreate(path, options.wait).map(|(store, fresh)| (store, Some(fresh))),
        false => Store::open(path, options.wait),
    }
}
