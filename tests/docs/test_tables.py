"""Tables and links of the documents agree with the code."""

import json
import os
import re
from dataclasses import fields

import pytest

from ledger.events import fields as members
from ledger.events.types import OPEN
from service.cli.imports import import_file
from service.deployment.settings import Settings, load
from service.imports.columns.attributes import TITLES, default_attribute
from service.imports.rows.reasons import REASONS
from service.imports.table.wording import OF_COMMAND, worded
from service.wiring.api import application
from tests.docs.rerun import ROOT
from tests.service.api.test_scopes import RULES

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
NOT_PLAIN = {
    "data": "./data",
    "bus": "sqlite: in the data folder",
    "secret": "made once, kept in the data folder",
    "time_zone": "the host's",
}


def rows(name, heading):
    """The rows of the table under `heading`, each a list of cells without backticks."""
    text = (ROOT / name).read_text(encoding="utf-8")
    table = text.split(f"\n{heading}\n", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip().replace("`", "") for cell in row.strip("|").split("|")] for row in table.splitlines()[1:]]


def first_cells(name, heading):
    return [row[0] for row in rows(name, heading)]


def default(name):
    """A setting's default as the table says it."""
    value = getattr(load({}), name)
    if name in NOT_PLAIN:
        return NOT_PLAIN[name]
    return "none" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)


def test_the_settings_and_their_defaults_are_those_of_the_code():
    told = [row[:2] for row in rows("docs/operations.md", "| setting | default | |")]
    assert told == [[f"CONTACTS_{field.name.upper()}", default(field.name)] for field in fields(Settings)]


def test_the_guides_table_of_reasons_is_the_codes():
    """CONTACTS_DOCS=write renews it."""
    path, heading = ROOT / "docs/guide.md", "| reason | what is wrong | what to do |\n|---|---|---|\n"
    before, _, rest = path.read_text(encoding="utf-8").partition(heading)
    told, _, after = rest.partition("\n\n")
    made = "\n".join(
        f"| `{code}` | {reason.what} | {worded(reason.hint, OF_COMMAND)} |" for code, reason in REASONS.items()
    )
    if told != made and os.environ.get("CONTACTS_DOCS") == "write":
        path.write_text(f"{before}{heading}{made}\n\n{after}", encoding="utf-8")
    assert told == made


def test_every_header_named_in_the_guide_is_known():
    told = [header for row in rows("docs/guide.md", "| attribute | headers |") for header in row[1].split(", ")]
    assert {default_attribute(header) for header in told} == set(TITLES)


def test_every_option_of_an_import_is_in_the_guide():
    options = {name for option in import_file.params for name in option.opts if name.startswith("--")}
    assert [name for name in options if name not in (ROOT / "docs/guide.md").read_text(encoding="utf-8")] == []


def test_every_member_of_a_call_is_in_the_table():
    told = first_cells("docs/api.md", "| member | what |")
    assert set(told) == {*members.TRACK_USER.members, *members.TRACK_EVENT.members}


def test_every_call_is_in_the_table_with_what_it_answers_and_the_scope_it_needs(world):
    served = json.loads(application(world.deployment).test_client().get("/openapi.json").data)["paths"]
    needed = {call: scopes for call, scopes in RULES.items() if call[1] != "/docs/{name}"}  # a file of the page
    answers = {
        (method.upper(), path): {code for code in operation["responses"] if code < "300" or code == "503"}
        for path, operations in served.items()
        for method, operation in operations.items()
        if (method.upper(), path) in needed
    }
    told = {tuple(call.split()): (answer, scope) for call, answer, scope, _ in calls()}
    assert told.keys() == needed.keys()
    assert {call: scopes for call, (_, scopes) in told.items()} == needed
    assert {call: codes - answers[call] for call, (codes, _) in told.items() if not codes <= answers[call]} == {}


def calls():
    """The rows of the table of calls: call, codes, scopes of which any will do (one of several needs all), what for."""
    for call, codes, scopes, purpose in rows("docs/api.md", "| call | answer | scope | for |"):
        if not call.startswith("---"):
            alternatives = {one.replace(" and ", " ") for one in scopes.split(" or ")} - {""}
            yield call, set(re.findall(r"[0-9]+", codes)), alternatives, purpose


def test_every_type_that_anybody_may_publish_is_in_the_table():
    told = first_cells("docs/publishing.md", "| type | members of `data`, beside who it is about |")
    assert told == list(OPEN)


def test_the_metrics_explained_are_those_that_the_examples_show():
    shown = re.findall("^# HELP (contacts_\\w+)", (ROOT / "docs/api.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(first_cells("docs/operations.md", "| metric | |")) == sorted(shown)


def anchors(path):
    """What a link to a heading of the document may say after `#`."""
    headings = re.findall("^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", document.read_text(encoding="utf-8")):
        found = document.parent / target if target else document
        assert found.is_file()
        assert not anchor or anchor in anchors(found)


def test_every_file_and_folder_of_the_house_that_is_named_is_there():
    """From the checkout, or from a folder in it, as a page about one room names its files."""
    rooms = ("ledger/", "consumers/", "projections/", "service/", "tests/")
    named = {
        (document.name, name)
        for document in (*DOCUMENTS[:1], ROOT / "CONTRIBUTING.md", *DOCUMENTS[2:])
        for name in re.findall(r"`([\w/]+/?(?:\.py)?)`", document.read_text(encoding="utf-8"))
        if name.startswith(rooms) or name.endswith(".py")
    }
    files = [path.as_posix() for room in rooms for path in (ROOT / room).rglob("*.py")]
    assert {name for _, name in named} >= {"ledger/bus/port.py", "service/wiring", "candidates.py"}
    found = {name for _, name in named if (ROOT / name).exists() or any(file.endswith(f"/{name}") for file in files)}
    assert sorted(one for one in named if one[1] not in found) == []
