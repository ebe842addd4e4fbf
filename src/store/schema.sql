-- The index. Derived from the journal's files, the ledger and HEAD: another
-- `user_version` is never migrated, the file is made anew.
--
-- `entry` is everywhere the entry's date as text, 2024-11-01. Lists keep the
-- entry's order in `position`. No time of this machine is in here but those that
-- the ledger holds; rows that are not committed yet have `pending` = 1 and no time.

-- `files` in here is a sum over the table `files`: if the work tree has it, nothing changed.
CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What the work tree's files looked like when they were read last. The only table
-- that two machines with the same journal do not share.
CREATE TABLE files (
    path TEXT PRIMARY KEY,
    entry TEXT,                -- whose entry or note it is
    stamp TEXT NOT NULL,       -- size, times and inode; empty: read it again
    content TEXT NOT NULL,     -- digest of its bytes
    problem TEXT               -- line:column: why it could not be read
) STRICT, WITHOUT ROWID;

-- Entries and notes that HEAD has at another place than the usual one.
CREATE TABLE head_paths (
    path TEXT PRIMARY KEY,
    entry TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which ledgers the rows are of, year by year: to find the entries whose ledger rows changed.
CREATE TABLE ledgers (
    year INTEGER PRIMARY KEY,
    head TEXT NOT NULL,                -- git's id of HEAD's file; empty: there is none
    work BLOB,                         -- the work tree's file, where it is not as in HEAD
    told TEXT NOT NULL                 -- rows that history tells and no file holds yet
) STRICT, WITHOUT ROWID;

CREATE TABLE entries (
    entry TEXT PRIMARY KEY,
    id INTEGER NOT NULL,               -- 20241101
    path TEXT NOT NULL,
    hash TEXT NOT NULL,                -- of the frontmatter, as in sync_hashes
    word_count INTEGER NOT NULL,
    reading_time REAL NOT NULL,        -- minutes
    epigraph TEXT,
    epigraph_attribution TEXT,
    notes TEXT,
    pending INTEGER NOT NULL,          -- differs from HEAD
    deleted_at TEXT,                   -- NULL: not deleted; empty: not committed yet
    deleted_by TEXT,
    deletion_reason TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE people (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE aliases (
    alias TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (name),
    PRIMARY KEY (alias, person)
) STRICT, WITHOUT ROWID;
CREATE TABLE cities (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE locations (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE events (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE tags (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE themes (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE poems (title TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE sources (title TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- How entries spell people, and what each spelling tells. entry_people follows from it.
CREATE TABLE spellings (
    entry TEXT NOT NULL REFERENCES entries (entry),
    item TEXT NOT NULL,                -- as the ledger names it
    name TEXT NOT NULL,
    full INTEGER NOT NULL,             -- the item is a full name
    alias TEXT NOT NULL,
    mention INTEGER NOT NULL,          -- only mentioned with a date
    gone INTEGER NOT NULL,             -- the entry is deleted: it decides about no other
    position INTEGER NOT NULL,
    PRIMARY KEY (entry, item, mention, name, full, alias, gone)
) STRICT, WITHOUT ROWID;
-- Which person each spelling is, in the journal as a whole.
CREATE TABLE spelling_people (
    item TEXT NOT NULL,
    mention INTEGER NOT NULL,
    person TEXT NOT NULL REFERENCES people (name),
    PRIMARY KEY (item, mention)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_people (
    entry TEXT NOT NULL REFERENCES entries (entry),
    person TEXT NOT NULL REFERENCES people (name),
    item TEXT NOT NULL,                -- the spelling that stands for the person here
    position INTEGER NOT NULL,
    PRIMARY KEY (entry, person)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry_cities (
    entry TEXT NOT NULL REFERENCES entries (entry),
    city TEXT NOT NULL REFERENCES cities (name),
    position INTEGER NOT NULL,
    PRIMARY KEY (entry, city)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry_locations (
    entry TEXT NOT NULL REFERENCES entries (entry),
    location TEXT NOT NULL REFERENCES locations (name),
    position INTEGER NOT NULL,
    city TEXT REFERENCES cities (name),
    PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry_events (
    entry TEXT NOT NULL REFERENCES entries (entry),
    event TEXT NOT NULL REFERENCES events (name),
    position INTEGER NOT NULL,
    PRIMARY KEY (entry, event)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry_tags (
    entry TEXT NOT NULL REFERENCES entries (entry),
    tag TEXT NOT NULL REFERENCES tags (name),
    position INTEGER NOT NULL,
    PRIMARY KEY (entry, tag)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry_themes (
    entry TEXT NOT NULL REFERENCES entries (entry),
    theme TEXT NOT NULL REFERENCES themes (name),
    position INTEGER NOT NULL,
    PRIMARY KEY (entry, theme)
) STRICT, WITHOUT ROWID;
-- The target need not exist (yet).
CREATE TABLE entry_related (
    entry TEXT NOT NULL REFERENCES entries (entry),
    related TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (entry, related)
) STRICT, WITHOUT ROWID;

-- The dates that an entry mentions; its own one among them unless it says `~`.
CREATE TABLE entry_dates (
    entry TEXT NOT NULL REFERENCES entries (entry),
    position INTEGER NOT NULL,         -- -1: the entry's own date
    date TEXT NOT NULL,
    context TEXT,
    PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry_date_people (
    entry TEXT NOT NULL,
    position INTEGER NOT NULL,
    item TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES people (name),
    PRIMARY KEY (entry, position, item),
    FOREIGN KEY (entry, position) REFERENCES entry_dates (entry, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE entry_date_locations (
    entry TEXT NOT NULL,
    position INTEGER NOT NULL,
    location TEXT NOT NULL REFERENCES locations (name),
    PRIMARY KEY (entry, position, location),
    FOREIGN KEY (entry, position) REFERENCES entry_dates (entry, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE entry_references (
    entry TEXT NOT NULL REFERENCES entries (entry),
    position INTEGER NOT NULL,
    reference TEXT NOT NULL,           -- as the ledger names it
    content TEXT,
    description TEXT,
    mode TEXT NOT NULL,
    speaker TEXT,
    source TEXT REFERENCES sources (title),
    source_type TEXT,
    source_author TEXT,
    source_url TEXT,
    other TEXT,                        -- JSON: further keys
    PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;

-- A version of a poem in each entry that holds it.
CREATE TABLE entry_poems (
    entry TEXT NOT NULL REFERENCES entries (entry),
    position INTEGER NOT NULL,
    poem TEXT NOT NULL REFERENCES poems (title),
    content TEXT,
    revision_date TEXT,
    other TEXT,
    PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;
CREATE VIEW poem_versions AS
    SELECT poem, coalesce(revision_date, entry) AS revision_date, entry, position, content
    FROM entry_poems;

CREATE TABLE manuscript (
    entry TEXT PRIMARY KEY REFERENCES entries (entry),
    status TEXT,
    edited INTEGER,
    notes TEXT,
    other TEXT
) STRICT, WITHOUT ROWID;

-- Every field that has no table of its own, as JSON.
CREATE TABLE other_fields (
    entry TEXT NOT NULL REFERENCES entries (entry),
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (entry, field)
) STRICT, WITHOUT ROWID;

-- What is odd in an entry: line:column: what.
CREATE TABLE warnings (
    entry TEXT NOT NULL REFERENCES entries (entry),
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (entry, position)
) STRICT, WITHOUT ROWID;

-- The wiki's notes; a page may stand without an entry.
CREATE TABLE entry_notes (
    entry TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    note TEXT NOT NULL,
    hash TEXT NOT NULL,
    pending INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE association_tombstones (
    entry TEXT NOT NULL,
    table_name TEXT NOT NULL,
    item TEXT NOT NULL,
    id TEXT NOT NULL,                  -- `pending`: found in the work tree, made by the commit
    state TEXT NOT NULL,               -- active, restored
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    source TEXT NOT NULL,
    permanent INTEGER NOT NULL,
    shortened INTEGER NOT NULL,
    restored_at TEXT,
    restored_by TEXT,
    restored_how TEXT,
    pending INTEGER NOT NULL,          -- the row or its state is not committed yet
    to_settle INTEGER NOT NULL,        -- it kept the item out of a merge, and nobody has looked at it
    PRIMARY KEY (entry, table_name, item, id)
) STRICT, WITHOUT ROWID;

-- Items that stand in the entry's file and are not indexed, because a removal of them is active.
CREATE TABLE kept_out (
    entry TEXT NOT NULL REFERENCES entries (entry),
    table_name TEXT NOT NULL,
    item TEXT NOT NULL,
    PRIMARY KEY (entry, table_name, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE sync_states (
    entry TEXT NOT NULL,
    source TEXT NOT NULL,              -- yaml, wiki
    counter INTEGER NOT NULL,
    resolved INTEGER NOT NULL,         -- conflicts settled so far
    conflict INTEGER NOT NULL,
    pending INTEGER NOT NULL,          -- the text in the work tree is not committed yet
    PRIMARY KEY (entry, source)
) STRICT, WITHOUT ROWID;
CREATE TABLE sync_hashes (
    entry TEXT NOT NULL,
    source TEXT NOT NULL,
    position INTEGER NOT NULL,
    hash TEXT NOT NULL,
    by TEXT NOT NULL,
    at TEXT NOT NULL,
    counter INTEGER NOT NULL,
    settled INTEGER NOT NULL,
    PRIMARY KEY (entry, source, position),
    FOREIGN KEY (entry, source) REFERENCES sync_states (entry, source)
) STRICT, WITHOUT ROWID;
