"""An event about a contact finds it, makes it or merges two, by its phone and its user id (R7)."""

from collections.abc import Sequence

from consumers.batch_context import BatchContext
from consumers.effects.effect import Effect, TypeEffect
from consumers.incoming import About, Incoming, Precondition, Refusal
from ledger.events import identity
from ledger.log.entry import NewEntry, phone_text
from ledger.log.identities import Identities
from ledger.log.port import Batch


def _decide(message: Incoming, context: BatchContext) -> Effect | Refusal:
    about, identities = message.about, context.identities
    assert about is not None
    phone, user_id = about.phone, about.user_id
    by_phone, by_user_id = identities.by_phone(phone), identities.by_user_id(user_id)
    decision = identity.resolve(
        phone,
        user_id,
        by_phone,
        by_user_id,
        by_phone_alone=about.by_phone_alone,
        may_merge=context.may_merge and about.may_merge,
    )
    if isinstance(decision, identity.Merge) and context.has_merge_orders:
        context.write()
        identities = context.identities
        if context.batch.are_apart(decision.survivor, decision.absorbed):
            decision = identity.Conflict(identity.APART, (decision.survivor, decision.absorbed))
    if isinstance(decision, identity.Conflict):
        return Refusal("identity_conflict", decision.quoting(phone, user_id))
    if about.condition is not None and (refusal := _broken(message, about.condition, decision, context)):
        return refusal
    if about.mode != "upsert" and _is_skipped(message, about, decision, context):
        return Effect(contact=decision.contact if isinstance(decision, identity.Attach) else None, skipped=1)
    position = context.batch.position + 1
    if isinstance(decision, identity.Create):
        contact_id = context.new_contact_id()
        identities.create(position, phone, user_id)
        return Effect(position, contact_id)
    if isinstance(decision, identity.Attach):
        holder = by_phone or by_user_id
        assert holder is not None
        identities.attach(holder, position, phone, user_id)
        return Effect(decision.contact)
    assert by_phone is not None
    assert by_user_id is not None
    aliases = context.batch.aliases(decision.absorbed) if context.has_merge_orders else ((), ())
    _merge(identities, by_phone, by_user_id, position, *aliases)
    return Effect(contact=decision.survivor, absorbed=decision.absorbed)


def _keep(entry: NewEntry, batch: Batch) -> None:
    if entry.contact is None or entry.skipped:
        return
    phone, user_id = phone_text(entry.phone), entry.user_id
    if entry.absorbed is not None and phone is None and user_id is None:  # an erasure emptied it: it still merges
        batch.write()
        batch.merge(entry.contact, entry.absorbed)
        return
    identities = batch.load_identities([phone] if phone else [], [user_id] if user_id else [])
    by_phone, by_user_id = identities.by_phone(phone), identities.by_user_id(user_id)
    position = batch.position + 1
    if entry.contact_id is not None:
        identities.create(position, phone, user_id)
    elif entry.absorbed is None and (holder := by_phone or by_user_id) is not None:
        identities.attach(holder, position, phone, user_id)
    elif by_phone is not None and by_user_id is not None and by_phone.contact != by_user_id.contact:
        if batch.has_merge_orders():
            batch.write()
            identities = batch.identities
        aliases = batch.aliases(max(by_phone.contact, by_user_id.contact))
        _merge(identities, by_phone, by_user_id, position, *aliases)


def _merge(
    identities: Identities,
    one: identity.Known,
    other: identity.Known,
    position: int,
    phones: Sequence[str] = (),
    user_ids: Sequence[str] = (),
) -> None:
    survivor, absorbed = sorted((one, other), key=lambda known: known.contact)
    identities.merge(survivor, absorbed, position, phones, user_ids)


def _broken(
    message: Incoming, condition: Precondition, decision: identity.Decision, context: BatchContext
) -> Refusal | None:
    followed = message.followed()
    is_followed = followed is None or followed in context.taken
    newest = [context.batch.newest(contact) for contact in _concerned(decision)]
    return broken(condition, newest, is_followed=is_followed)


def broken(condition: Precondition, newest: Sequence[int], *, is_followed: bool) -> Refusal | None:
    """Why a message's condition does not hold, None when it does.

    `newest` are the positions of the newest events of the contacts it is about, none for one that is not known;
    `is_followed`: whether the message that it follows, if any, was accepted.
    """
    if not is_followed:
        return Refusal("precondition_failed", f"the message {condition.follows} that this one follows was not accepted")
    if condition.based_on is None:
        return None
    if not newest:
        return Refusal("precondition_failed", f"nobody is known by these, and it is based on {condition.based_on}")
    return outdated(condition.based_on, newest)


def outdated(based_on: int | None, newest: Sequence[int]) -> Refusal | None:
    """Why what somebody decided by a position of the log does not hold: a contact it is about has a newer event.

    `newest` are the positions of their newest events. `based_on` None: whoever decided did not say by which position.
    """
    if based_on is None or max(newest) <= based_on:
        return None
    detail = f"it is based on position {based_on}, and the contact has an event at {max(newest)}"
    return Refusal("precondition_failed", detail)


def _concerned(decision: identity.Decision) -> Sequence[int]:
    """The contacts that are known and that an accepted message would be about."""
    match decision:
        case identity.Attach():
            return (decision.contact,)
        case identity.Merge():
            return (decision.survivor, decision.absorbed)
    return ()


def _is_skipped(message: Incoming, about: About, decision: identity.Decision, context: BatchContext) -> bool:
    """R18: by whether the contact was known before the first of the row's messages was taken: that decides for both."""
    other = message.decided_with()
    if other is not None and (taken := context.taken.get(other)) is not None:
        return taken.skipped
    return identity.is_left_out(decision, about.mode)


EFFECT = TypeEffect(_decide, _keep)
