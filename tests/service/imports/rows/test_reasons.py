"""Each reason of the table is some row's, and nothing else is."""

import pytest

from service.imports.rows.reasons import REASONS
from service.imports.table.wording import OF_COMMAND, worded
from tests.examples import ASHA, EMMA, GAVIN, RAVI

MANY = ",".join(f"c{number}" for number in range(90))
FILES = {
    "phone_missing": f"Phone,City\n,Pune\n{ASHA},Pune\n",
    "phone_not_digits": f"Phone\n+91 99675 36783\n{ASHA}\n",
    "phone_invalid": f"Phone\n+9112\n{ASHA}\n",
    "phone_scientific": f"Phone\n9.19967E+11\n{ASHA}\n",
    "phone_decimal": f"Phone\n919967536783.0\n{ASHA}\n",
    "country_code_missing": f"Phone\n9967536783\n{ASHA}\n",
    "country_code_invalid": f"Country Code,Phone\n999,9967536783\n91,{ASHA}\n",
    "duplicate_phone": f"Phone\n{ASHA}\n{ASHA}\n",
    "duplicate_user_id": f"Phone,User ID\n{ASHA},u1\n{GAVIN},u1\n",
    "name_not_letters": f"Phone,Name\n{GAVIN},O'Neil\n{ASHA},Asha\n",
    "opt_in_invalid": f"Phone,Opt In\n{GAVIN},yes\n{ASHA},TRUE\n",
    "opt_in_not_allowed": f"Phone,Opt In\n{RAVI},TRUE\n{ASHA},TRUE\n",
    "kept_out": f"Phone\n{EMMA}\n{ASHA}\n",
    "user_id_conflict": f"Phone,User ID\n{ASHA},u1\n{GAVIN},u1\n",
    "user_id_invalid": f"Phone,User ID\n{GAVIN},{'u' * 257}\n{ASHA},u1\n",
    "user_id_scientific": f"Phone,User ID\n{GAVIN},6.61E+12\n{ASHA},5e10\n",
    "type_mismatch": f"Phone,Points\n{GAVIN},many\n{ASHA},1\n",
    "tag_invalid": f"Phone,Tags\n{GAVIN},{'x' * 101}\n{ASHA},vip\n",
    "too_many_cells": f"Phone\n{GAVIN},more\n{ASHA}\n",
    "too_long": f"Phone,Note\n{GAVIN},{'x' * 40_000}\n{ASHA},x\n",
    "too_large": f"Phone,{MANY}\n{GAVIN}{(',' + 'x' * 3_000) * 90}\n{ASHA}\n",
}
CHOSEN = {"type_mismatch": {"maps": ("Points=Points:number",)}, "duplicate_user_id": {"match": "either"}}


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_of_the_table_is_told_with_a_sentence_and_its_hint(imports, world, reason):
    world.track(phone=RAVI, whatsapp_opted=False)
    world.track(phone=EMMA)
    world.settle()
    erasure = {"contact": world.contact(EMMA)["id"], "by": "meera", "reason": "asked to be forgotten", "keepOut": True}
    world.send_signed("/cli", "ContactErased", "o1", erasure)
    world.settle()
    document = imports.bring(FILES[reason], **CHOSEN.get(reason, {}))
    (told,) = document["rejects"]
    assert (told["reason"], told["hint"]) == (reason, worded(REASONS[reason].hint, OF_COMMAND))
    assert told["message"].endswith(".")
    assert (document["rows"], document["created"]) == (2, 1)


def test_a_refused_opt_in_does_not_hide_another_fault_of_its_row(imports, world):
    world.track(phone=RAVI, whatsapp_opted=False)
    world.settle()
    document = imports.bring(f"Phone,Name,Opt In\n{RAVI},R2,TRUE\n")
    assert [one["reason"] for one in document["rejects"]] == ["name_not_letters", "opt_in_not_allowed"]
    assert document["rejected"] == 1
