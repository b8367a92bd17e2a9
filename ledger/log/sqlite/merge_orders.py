"""What an append under way asks of merges, changed numbers and splits, and has them do, in the log's file (R33)."""

from ledger.log.merge_orders import ContactOfId, MergeOrders, NewNumber
from ledger.log.sqlite import by_hand, undoing
from ledger.log.sqlite.merges import newest_merge, standing
from ledger.sqlite import Connection


class SqliteMergeOrders(MergeOrders):
    """A part of a batch; `position` is that of the entry that was added last."""

    position: int

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standing(self, contact_id: str) -> ContactOfId | None:
        """See `Batch.standing`."""
        return standing(self._connection, contact_id)

    def merge(self, survivor: int, absorbed: int) -> None:
        """See `Batch.merge`."""
        position = self.position + 1
        by_hand.merge(self._connection, survivor, absorbed, position, undoing.undoings(self._connection, position))

    def newest_merge(self, contact: int) -> int:
        """See `Batch.newest_merge`."""
        return newest_merge(self._connection, contact)

    def naming_phone(self, contact: int) -> int | None:
        """See `Batch.naming_phone`."""
        return by_hand.naming_phone(self._connection, contact)

    def would_share(self, contact: int, absorbed: int) -> bool:
        """See `Batch.would_share`."""
        position = self.position + 1
        undoings = undoing.undoings(self._connection, position)
        return by_hand.would_share(self._connection, contact, absorbed, position, undoings)

    def change_number(self, number: NewNumber) -> None:
        """See `Batch.change_number`."""
        position = self.position + 1
        by_hand.change_number(self._connection, number, position, undoing.undoings(self._connection, position))

    def split(self, contact: int, absorbed: int) -> None:
        """See `Batch.split`."""
        position = self.position + 1
        by_hand.split(self._connection, contact, absorbed, position, undoing.undoings(self._connection, position))

    def has_merge_orders(self) -> bool:
        """See `Batch.has_merge_orders`."""
        return by_hand.has_any(self._connection)

    def are_apart(self, one: int, other: int) -> bool:
        """See `Batch.are_apart`."""
        return by_hand.are_apart(self._connection, one, other)

    def aliases(self, contact: int) -> tuple[list[str], list[str]]:
        """See `Batch.aliases`."""
        return by_hand.aliases(self._connection, contact)
