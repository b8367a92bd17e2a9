"""Conditions on what every contact has besides attributes: who it is, its country, its tags, when it was recorded.

Each raises BadCondition for what cannot be asked.
"""

from ledger.events import moments
from ledger.events import tags as tag_rules
from ledger.events.phone import PhoneFault, normalise, normalise_full
from projections.conditions.condition import BadCondition, Condition, Said
from projections.conditions.filters import HasTag, Not, OneOf, Recorded, Test
from projections.lists.refreshed import OpenLog
from service.queries.filters.attribute_names import CONTACT, COUNTRY_CODE, RECORDED
from service.queries.filters.condition_words import values_between_commas
from service.queries.filters.whole_days import reaching


def one_of(said: Said, log: OpenLog) -> Test:
    """Contacts by their ids; that of a contact merged into another means the other."""
    if said.op not in ("=", "!="):
        raise BadCondition(f"{CONTACT} can be compared by =, != and not by {said.op}")
    ids = values_between_commas(said.value.removeprefix("in:"))
    with log() as entries:
        numbers = entries.contacts_of_ids(ids)
        roots = entries.survivors(numbers.values())
    unknown = next((id for id in ids if id not in numbers), None)
    if unknown is not None or not ids:
        raise BadCondition(f"there is no contact with the id {(unknown or '')[:40]!r}")
    test = OneOf(tuple(sorted({roots[number] for number in numbers.values()})))
    return test if said.op == "=" else Not(test)


def of_country(op: str, value: str) -> Test:
    """Country codes are told apart by how a phone begins: none begins with another."""
    if op not in ("=", "!="):
        raise BadCondition(f"{COUNTRY_CODE} can be compared by =, != and not by {op}")
    code = value.removeprefix("+")
    try:
        normalise(code, "")
    except PhoneFault as fault:
        if fault.field == COUNTRY_CODE:
            raise BadCondition(f"{COUNTRY_CODE} is a country's calling code, such as 91") from None
    begins = Condition("phone", "~", f"+{code}")
    return begins if op == "=" else Not(begins)


def as_phone(value: str) -> str:
    """In E.164; a number that no plan has (any more) is looked for as it is written."""
    try:
        return normalise_full(value)
    except PhoneFault:
        if value.startswith("+") and value[1:].isdigit():
            return value
    raise BadCondition("phone is compared as a full number, such as phone=+919967536783; phone~9967536783 finds a part")


def tagged(op: str, value: str) -> Test:
    """Contacts that have a tag, or lack it."""
    if op not in ("=", "!="):
        raise BadCondition(f"tags can be compared by =, != and not by {op}")
    try:
        has = HasTag(tag_rules.clean(value))
    except ValueError as fault:
        raise BadCondition(str(fault)) from None
    return has if op == "=" else Not(has)


def recorded(name: str, op: str, value: str) -> Test:
    """Contacts by when they were made or changed last: `name` is one of RECORDED."""
    if op == "~":
        raise BadCondition(f"{name} can be compared by = != > >= < <= and not by ~")
    try:
        moment = moments.parse(reaching(op, value))
    except ValueError:
        raise BadCondition(f"{name} is a datetime: compare it with a date, or a time with its zone") from None
    return Recorded(RECORDED[name], op, moment)
