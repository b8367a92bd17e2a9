"""Whether an attribute that nobody has in some state was ever named by an accepted entry (R34)."""

from collections.abc import Callable
from contextlib import closing

from projections.attribute_types import AttributeTypes
from projections.reading import reading
from service.wiring import Deployment


def named_once(deployment: Deployment) -> Callable[[str], bool]:
    """By what contacts have now, for a state of the past, and by the imports that published any row, undone or not."""

    def is_known(name: str) -> bool:
        from service.imports.registry import Registry  # slow to load, and most conditions are about what somebody has
        from service.store import open_store

        generations = deployment.generations()
        if generations.current() is not None:
            with reading(generations.current_path()) as state:
                if AttributeTypes(state).has(name):
                    return True
        with closing(open_store(deployment.service_path)) as store:
            return name in Registry(store).attributes_published()

    return is_known
