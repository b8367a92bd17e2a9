CREATE TABLE sources (
    source INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE
) STRICT;

-- One row a message, in the order the ledger took them. What may be personal (source to detail, salt) is covered by
-- `commitment`, all else by `hash`; an erasure sets the former to NULL and nothing more. `kind` is the source's kind,
-- and `import` its number where it is an import's: with `row`, they are what is left to know of an erased entry's origin.
CREATE TABLE entries (
    position   INTEGER PRIMARY KEY,
    recorded   INTEGER NOT NULL,
    stated     INTEGER,
    bus_time   INTEGER NOT NULL,
    type       TEXT,
    reason     TEXT,
    contact    INTEGER,
    contact_id BLOB,
    absorbed   INTEGER,
    skipped    INTEGER NOT NULL,
    raw_digest BLOB,
    kind       TEXT,
    import     INTEGER,
    row        INTEGER,
    row_end    INTEGER NOT NULL DEFAULT 0,
    source     INTEGER REFERENCES sources,
    message_id TEXT,
    key        BLOB,
    headers    BLOB,
    value      BLOB,
    phone      INTEGER,
    user_id    TEXT,
    detail     TEXT,
    salt       BLOB,
    commitment BLOB NOT NULL,
    hash       BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX entries_accepted_once ON entries (source, message_id) WHERE reason IS NULL;
CREATE INDEX entries_by_contact ON entries (contact, position) WHERE contact IS NOT NULL;
CREATE INDEX entries_of_merges ON entries (absorbed, contact) WHERE absorbed IS NOT NULL;
CREATE INDEX entries_of_undoings ON entries (position) WHERE type IN ('ImportUndone', 'ImportRedone') AND reason IS NULL;
CREATE INDEX entries_rejected ON entries (raw_digest) WHERE reason IS NOT NULL;
CREATE INDEX entries_rejected_newest ON entries (position, reason, source) WHERE reason IS NOT NULL;
CREATE INDEX entries_rejected_names ON entries (source, message_id) WHERE reason IS NOT NULL;

-- What became of rejected messages since: an accepted entry with the digest of one settles it. Each is settled once.
CREATE UNIQUE INDEX entries_settling ON entries (raw_digest) WHERE raw_digest IS NOT NULL AND reason IS NULL;
CREATE INDEX entries_settling_newest ON entries (position, type) WHERE raw_digest IS NOT NULL AND reason IS NULL;

CREATE INDEX entries_of_erasures ON entries (position) WHERE type = 'ContactErased' AND reason IS NULL;
CREATE INDEX entries_about_nobody ON entries (position) WHERE contact IS NULL AND reason IS NULL;
CREATE INDEX entries_of_merge_orders ON entries (position)
WHERE type IN ('ContactsMerged', 'ContactsSplit', 'NumberChanged') AND reason IS NULL;

CREATE INDEX entries_erased_rows ON entries (import) WHERE import IS NOT NULL AND salt IS NULL;

CREATE INDEX entries_of_readmissions ON entries (position) WHERE type = 'PersonReadmitted' AND reason IS NULL;

CREATE TRIGGER entries_are_kept BEFORE DELETE ON entries
BEGIN
    SELECT raise(ABORT, 'the log is append-only: no entry is removed');
END;

CREATE TRIGGER entries_are_fixed BEFORE UPDATE ON entries
WHEN NOT (
    NEW.position = OLD.position AND NEW.recorded = OLD.recorded AND NEW.stated IS OLD.stated
    AND NEW.bus_time = OLD.bus_time AND NEW.type IS OLD.type AND NEW.reason IS OLD.reason
    AND NEW.contact IS OLD.contact AND NEW.contact_id IS OLD.contact_id AND NEW.absorbed IS OLD.absorbed
    AND NEW.skipped = OLD.skipped AND NEW.raw_digest IS OLD.raw_digest
    AND NEW.kind IS OLD.kind AND NEW.import IS OLD.import AND NEW.row IS OLD.row AND NEW.row_end = OLD.row_end
    AND NEW.commitment = OLD.commitment AND NEW.hash = OLD.hash
    AND NEW.salt IS NULL AND NEW.value IS NULL AND NEW.headers IS NULL AND NEW.key IS NULL
    AND NEW.source IS NULL AND NEW.message_id IS NULL AND NEW.phone IS NULL AND NEW.user_id IS NULL
    AND NEW.detail IS NULL
)
BEGIN
    SELECT raise(ABORT, 'the log is append-only: an entry can only be erased');
END;

-- From which position on the hash of an entry covers which columns (ledger/log/chain.py). `added` is the digest of the
-- columns that the entries before it got later; the entry at `since` is chained to it.
CREATE TABLE layouts (
    since  INTEGER PRIMARY KEY,
    layout INTEGER NOT NULL,
    added  BLOB
) STRICT;

-- Keyed hashes of the names (source and id) of messages that were erased, with the position of each: none is taken again.
CREATE TABLE erased_names (
    name     BLOB PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The contacts that were erased, each with the position of its ContactErased: what that says in its detail.
CREATE TABLE erased_contacts (
    contact INTEGER PRIMARY KEY,
    erasure INTEGER NOT NULL
) STRICT;

-- Erasures that have not come to every other place yet, each with whom to look for there (JSON); a row goes when they have.
CREATE TABLE unfinished_erasures (
    erasure INTEGER PRIMARY KEY,
    sought  TEXT NOT NULL
) STRICT;

-- Keyed hashes of the phones and user ids of people who are kept out, each with the position of the ContactErased that
-- says so in its detail; a PersonReadmitted takes them back.
CREATE TABLE kept_out (
    name    BLOB NOT NULL,
    erasure INTEGER NOT NULL,
    PRIMARY KEY (name, erasure)
) STRICT, WITHOUT ROWID;

-- The identities: a fold of the accepted entries, kept in the same transaction (R7). A contact holds its phone and its
-- user id, and is merged into another, from the entry `since` on; what ended did so with the entry `until`. In `contacts`
-- are a contact's own; that others which were merged into it by hand had more is in `phones` and `user_ids` alone.
CREATE TABLE contacts (
    contact  INTEGER PRIMARY KEY,
    id       BLOB NOT NULL UNIQUE,
    phone    INTEGER,
    user_id  TEXT
) STRICT;

CREATE TABLE phones (
    phone   INTEGER PRIMARY KEY,
    contact INTEGER NOT NULL,
    since   INTEGER NOT NULL
) STRICT;

CREATE TABLE user_ids (
    user_id TEXT PRIMARY KEY,
    contact INTEGER NOT NULL,
    since   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE former_phones (
    phone   INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (phone, until)
) STRICT, WITHOUT ROWID;

CREATE TABLE former_user_ids (
    user_id TEXT NOT NULL,
    until   INTEGER NOT NULL,
    contact INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    PRIMARY KEY (user_id, until)
) STRICT, WITHOUT ROWID;

CREATE TABLE merges (
    absorbed INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    survivor INTEGER NOT NULL,
    until    INTEGER,
    PRIMARY KEY (absorbed, since)
) STRICT, WITHOUT ROWID;

CREATE INDEX merges_by_survivor ON merges (survivor, absorbed);

-- Up to where each stream of the bus has been taken, stored with the entries themselves.
CREATE TABLE offsets (
    bus       TEXT NOT NULL,
    partition INTEGER NOT NULL,
    next      INTEGER NOT NULL,
    PRIMARY KEY (bus, partition)
) STRICT, WITHOUT ROWID;

-- The last message taken of each partition: a bus that has another one there is another bus, whatever id it has.
CREATE TABLE tips (
    bus       TEXT NOT NULL,
    partition INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    digest    BLOB NOT NULL,
    PRIMARY KEY (bus, partition)
) STRICT, WITHOUT ROWID;

-- Which ledger this is, a check value of its secret, and the bus that it takes from (R37).
CREATE TABLE ledger (
    only         INTEGER PRIMARY KEY CHECK (only = 1),
    id           TEXT,
    secret_check BLOB,
    bus          TEXT
) STRICT;

-- From which position on entries were decided by which rules: the program, its numbering plan, and its settings.
CREATE TABLE rules (
    since INTEGER PRIMARY KEY,
    name  TEXT NOT NULL
) STRICT;

-- What the last append left: the newest entry, the offsets (JSON: bus, partition, next) and what `ledger`, `tips`, `rules`
-- and `layouts` say (JSON), under the deployment's signature.
CREATE TABLE seal (
    number    INTEGER PRIMARY KEY CHECK (number = 1),
    position  INTEGER NOT NULL,
    hash      BLOB NOT NULL,
    offsets   TEXT NOT NULL,
    taking    TEXT NOT NULL,
    signature TEXT
) STRICT;

PRAGMA user_version = 11;
