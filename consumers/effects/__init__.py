"""What an accepted message does at the append: one file for each type of event, or for those that do the same."""

from consumers.effects import (
    about_contact,
    contact_erased,
    contacts_merged,
    contacts_split,
    import_mark,
    import_redone,
    import_undone,
    message_dropped,
    message_retried,
    number_changed,
    person_readmitted,
)
from ledger.events import types

EFFECTS = types.complete(
    {
        types.USER_TRACKED: about_contact.EFFECT,
        types.TAGS_ADDED: about_contact.EFFECT,
        types.EVENT_TRACKED: about_contact.EFFECT,
        types.IMPORT_STARTED: import_mark.EFFECT,
        types.IMPORT_SPLIT: import_mark.EFFECT,
        types.IMPORT_UNDONE: import_undone.EFFECT,
        types.IMPORT_REDONE: import_redone.EFFECT,
        types.CONTACTS_MERGED: contacts_merged.EFFECT,
        types.CONTACTS_SPLIT: contacts_split.EFFECT,
        types.NUMBER_CHANGED: number_changed.EFFECT,
        types.MESSAGE_RETRIED: message_retried.EFFECT,
        types.MESSAGE_DROPPED: message_dropped.EFFECT,
        types.CONTACT_ERASED: contact_erased.EFFECT,
        types.PERSON_READMITTED: person_readmitted.EFFECT,
    },
    types.TAKEN,
    "consumers/effects",
)
