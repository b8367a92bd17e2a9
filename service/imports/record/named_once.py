"""Whether an attribute that nobody has in some state was ever named by an accepted entry (R34)."""

from collections.abc import Callable
from contextlib import closing

from projections.state.sqlite.attribute_types import AttributeTypes
from projections.state.sqlite.reader import reading
from service.deployment.deployment import Deployment


def named_once(deployment: Deployment) -> Callable[[str], bool]:
    """By what contacts have now, for a state of the past, and by the imports that published any row, undone or not."""

    def is_known(name: str) -> bool:
        from service.deployment.database import open_store
        from service.imports.record.registry import (
            Registry,  # slow to load, and most conditions are about what somebody has
        )

        generations = deployment.generations()
        if generations.current() is not None:
            with reading(generations.current_path()) as state:
                if AttributeTypes(state).has(name):
                    return True
        with closing(open_store(deployment.service_path)) as store:
            return name in Registry(store).attributes_published()

    return is_known
