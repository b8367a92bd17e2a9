"""Which columns the hash of an entry covers, from which position on (decision 41)."""

from ledger.log import chain
from ledger.log.chain import Layout
from ledger.log.head import Head
from ledger.log.sqlite.head import head
from ledger.sqlite import Connection


def layouts_of(connection: Connection) -> list[Layout]:
    """The layouts of a log's entries, in order."""
    rows = connection.execute("SELECT since, layout, added FROM layouts ORDER BY since")
    return [Layout(*row) for row in rows]


def begin(connection: Connection) -> None:
    """Entries have today's layout from the next one on; those before it, if any, were chained under layout 1."""
    newest = head(connection).position
    if newest == 0:
        connection.execute("INSERT INTO layouts (since, layout) VALUES (1, ?)", (chain.LAYOUT,))
        return
    added = chain.Added()
    for columns in connection.execute("SELECT position, kind, import, row, row_end FROM entries ORDER BY position"):
        added.take(*columns)
    connection.execute("INSERT INTO layouts (since, layout) VALUES (1, 1)")
    statement = "INSERT INTO layouts (since, layout, added) VALUES (?, ?, ?)"
    connection.execute(statement, (newest + 1, chain.LAYOUT, added.digest()))


def chained_to(connection: Connection, newest: Head) -> bytes:
    """What the entry behind the newest one is chained to."""
    query = "SELECT added FROM layouts WHERE since = ? AND added IS NOT NULL"
    row = connection.execute(query, (newest.position + 1,)).fetchone()
    return newest.hash if row is None else chain.joined(newest.hash, row[0])
