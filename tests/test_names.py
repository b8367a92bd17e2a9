"""One word for one thing: a class or a module has a name of its own, unless its room makes the difference plain."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("ledger", "consumers", "projections", "service")

CLASSES = {
    "Batch": "one transaction of the log, and one of the projector",
    "Condition": "what a message may be sent on, and what a list asks of contacts",
    "Fault": "a wrong field of a message, and a fault that verify finds in the log",
    "Kind": "of a field of data, and of a value in a block",
    "Line": "a text of one line, and the line of work of a Kafka client",
    "Merge": "a decision of the append, and the same as the log keeps it",
    "Meta": "the word of msgspec and of marshmallow for what is said about a field or a schema",
    "People": "the people of the log, and the people who use the hub",
    "Place": "of a file on the disk, and of a page in a list",
    "Selection": "what a list is asked for, as written, and as the state reads it",
    "Unreadable": "an envelope, and a record batch",
}
"""Those that stand in two rooms, and what each is there."""

MODULES = {
    "app", "audit_runs", "batch", "belonging", "catalogue", "contact", "contacts", "files", "head", "identities",
    "imports", "indexes", "keys", "ledger", "list", "messages", "parts", "people", "port", "proof", "publisher",
    "reader", "readiness", "rows", "schema", "states", "track", "undo", "view", "writer",
}  # fmt: skip
"""Those whose folder says which is meant: `service/cli/keys.py`, `service/deployment/keys.py`."""


def sources():
    """Every module of the project."""
    return [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]


def doubled(found):
    """What was found in more than one place."""
    return {name: sorted(places) for name, places in found.items() if len(places) > 1}


def test_a_class_has_a_name_of_its_own():
    found = defaultdict(set)
    for path in sources():
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ClassDef):
                found[node.name.lstrip("_")].add(str(path.relative_to(ROOT)))
    assert {name: places for name, places in doubled(found).items() if name not in CLASSES} == {}


def test_a_module_has_a_name_of_its_own_or_its_folder_says_which_is_meant():
    found = defaultdict(set)
    for path in sources():
        if not path.stem.startswith("__"):
            found[path.stem].add(str(path.relative_to(ROOT)))
    assert {name: places for name, places in doubled(found).items() if name not in MODULES} == {}
