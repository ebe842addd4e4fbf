//! The places of an entry: `locations` in its three shapes.

use super::EntryError;
use super::reader::Reader;
use crate::journal::ItemKey;
use crate::journal::yaml::Node;

/// One location, in the order of the entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    pub key: ItemKey,
    /// The city it is listed under.
    pub city: Option<ItemKey>,
}

impl Location {
    /// Reads a list, or a map from city to a location or a list of them. A flat
    /// list has no cities of its own; `Entry` gives it the one city, if there is one.
    pub(super) fn read<'a>(reader: &Reader<'a>, node: &'a Node) -> Result<Vec<Self>, EntryError> {
        let node = reader.resolve(node);
        let mut found = Vec::new();
        if node.pairs().is_some() {
            Self::by_city(reader, node, &mut found)?;
            return Ok(found);
        }
        for item in reader.list("locations", node)? {
            let item = reader.resolve(item);
            if item.pairs().is_some() {
                Self::by_city(reader, item, &mut found)?;
            } else {
                let names = reader.names("locations", item)?.into_iter();
                found.extend(names.map(|key| Self { key, city: None }));
            }
        }
        Ok(found)
    }

    fn by_city<'a>(
        reader: &Reader<'a>,
        map: &'a Node,
        found: &mut Vec<Self>,
    ) -> Result<(), EntryError> {
        for pair in map.pairs().unwrap_or_default() {
            // To pass over it would look like a removal of the places there.
            let city = reader.key(pair).ok_or_else(|| {
                let what = "a city of `locations` is no text; expected a name";
                reader.error(&pair.key, what)
            })?;
            let city = Some(ItemKey::new(city));
            let names = reader.names("locations", &pair.value)?.into_iter();
            found.extend(names.map(|key| Self {
                key,
                city: city.clone(),
            }));
        }
        Ok(())
    }
}
