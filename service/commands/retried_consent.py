"""A row of a file that is taken again opts nobody in against their word (R16)."""

from ledger.events import types
from ledger.events.traits import WHATSAPP_OPTED, clean_name, consent
from ledger.log.port import LogReader
from projections.fold.replay import last_words
from service.commands.retry_message import Again, CannotBeTaken


def refuse_opt_in(again: Again, log: LogReader) -> None:
    """Raise CannotBeTaken where an import's row would opt somebody in whose last word is another than yes.

    It may be about somebody else since it was corrected, and people may have opted out since the file was checked.
    """
    traits = again.data.get("traits")
    if not again.envelope.source.startswith(types.IMPORTS) or not isinstance(traits, dict):
        return
    if not any(clean_name(name) == WHATSAPP_OPTED and consent(value) is True for name, value in traits.items()):
        return
    phone, user_id = again.data.get("phone"), again.data.get("userId")
    found = (log.holder_of_phone(phone) if phone else None, log.holder_of_user_id(user_id) if user_id else None)
    contacts = {one.contact for one in found if one is not None}
    words = last_words(log, contacts, WHATSAPP_OPTED, log.head().position) if contacts else {}
    if any(word is not True for word in words.values()):
        raise CannotBeTaken(
            "opt_in_not_allowed",
            "whatsapp_opted is not true for this contact, and a row of a file would make it true: correct the message"
            " by leaving whatsapp_opted out, and opt the contact in by itself if they have agreed to messages since",
        )
