"""Whether an attribute that nobody has in some state was ever named by an accepted entry (R34)."""

from collections.abc import Callable
from contextlib import closing

from ledger.sqlite import Connection
from projections.state.generations import Generations


def named_once(states: Generations, store: Callable[[], Connection]) -> Callable[[str], bool]:
    """By what contacts have now, for a state of the past, and by the imports that published any row, undone or not.

    `store()` opens `service.db`.
    """

    def is_known(name: str) -> bool:
        from service.imports.registry.registry import (
            Registry,  # slow to load, and most conditions are about what somebody has
        )

        if states.current() is not None:
            with states.in_use().reading() as state:
                if state.attribute_types().has(name):
                    return True
        with closing(store()) as connection:
            return any(one.published and one.says(name) for one in Registry(connection, lambda: 0).all())

    return is_known
