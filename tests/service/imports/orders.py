"""Orders about imports that tests give, and what they look at afterwards."""

from contextlib import closing

from projections.lists import catalogue
from projections.state.digest import content_digest
from service.imports.registry.import_order import Order
from tests.examples import ASHA, GAVIN

FILE = f"Name,Phone,User ID,City\nGavin,{GAVIN},u1,Pune\nAsha,{ASHA},u2,Goa\n"
UNDO = Order(is_redo=False, by="cli:asha", reason="the wrong file")
REDO = Order(is_redo=True, by="cli:asha", reason="it was right")


def order(imports, document, order):
    """Give an order and have everybody take notice; the Import JSON then."""
    imports.importer.order(document["id"], order)
    imports.world.settle()
    return imports.importer.results.show(document["id"])


def digest(world):
    with closing(world.state()) as state:
        return content_digest(state.by_identity())


def in_use(world):
    """The custom attributes and the tags that contacts have."""
    with closing(world.state()) as state:
        named = [one["name"] for one in catalogue.attributes(state) if not one["default"]]
        return named, [one["tag"] for one in catalogue.tags(state)]
