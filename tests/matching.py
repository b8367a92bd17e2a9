"""Which contacts meet conditions and have tags, one by one: what a list must show."""

from collections.abc import Iterable, Iterator

from ledger.events import tags as tag_rules
from projections.conditions.condition import Condition, parse
from projections.fold.state import ContactState


def matching(
    states: Iterable[ContactState], conditions: Iterable[Condition], tags: Iterable[str]
) -> Iterator[ContactState]:
    """The contacts that meet every condition and have every tag."""
    every, wanted = tuple(conditions), {tag_rules.fold(tag_rules.clean(tag)) for tag in tags}
    for state in states:
        if wanted <= state.tags.keys() and all(condition.holds_for(state) for condition in every):
            yield state


def parse_condition(text: str) -> Condition:
    """A comparison of the attribute of that name, as people write it."""
    said = parse(text)
    return Condition(said.name, said.op, said.value)
