"""What an import has kept of its file was damaged: whatever it was, the import can be looked at, undone and redone."""

from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.http.shown.rejects_csv import rejects_bytes
from service.imports.record.folder import ImportFolder
from service.imports.record.rejects import every_reject, kept_count, kept_rejects
from service.imports.registry.import_order import Order
from service.imports.table.refusal import CopyGone
from tests.examples import ASHA, GAVIN, RAVI
from tests.worlds import folder

FILE = f"Name,Phone,Note\nAsha,{GAVIN},fine\nR2 D2,{ASHA},\nAsha,{GAVIN},again\nMeera,{RAVI}9,\n"
NO_REJECTS = [
    "",
    "hello\n",
    "\x00" * 300,
    "[]\n",
    "[1]\n",
    '{"row": 1}\n',
    '[1, 2, [["a"]]]\n',
    '["1", 2, []]\n',
    "[-1, 2, []]\n",
]
NO_REJECTS += [
    "[1, 2, [[1, 2, 3, 4]]]\n",
    "[99999999999999999999, 2, []]\n",
    "[1.5, 2, []]\n",
    "null\n",
    "\udcff\udcfe\n",
]


@pytest.fixture
def brought(imports):
    document = imports.bring(FILE)
    assert (document["created"], document["rejected"], document["duplicate"]) == (1, 2, 1)
    return document


def copy_of(imports, document):
    return ImportFolder(imports.folder / document["id"])


@pytest.mark.parametrize("left", NO_REJECTS)
def test_rejected_rows_that_are_lost_are_said_to_be_lost(imports, brought, left):
    copy_of(imports, brought).rejects.write_bytes(left.encode("utf-8", "surrogateescape"))
    shown = imports.results.show(brought["id"])
    assert (shown["rejects"], shown["rejects_lost"]) == ([], 3)
    assert {name: shown[name] for name in ("created", "rejected", "duplicate")} == {
        "created": 1, "rejected": 2, "duplicate": 1
    }  # fmt: skip
    assert imports.results.whole(brought["id"])["rejects_lost"] == 3


def test_of_a_whole_file_none_is_lost(imports, brought):
    assert "rejects_lost" not in imports.results.show(brought["id"])
    assert "rejects_lost" not in imports.results.show(imports.bring(f"Phone\n{ASHA}\n")["id"])


def test_what_is_left_of_a_damaged_file_is_shown(imports, brought):
    path = copy_of(imports, brought).rejects
    first, _, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + b"\xff\xfe\n" + last)
    shown = imports.results.show(brought["id"])
    assert (len(shown["rejects"]), shown["rejects_lost"]) == (2, 1)


def test_an_import_with_a_damaged_copy_is_undone_and_redone(imports, world, brought):
    copy_of(imports, brought).rejects.write_bytes(b"hello\n")
    copy_of(imports, brought).source.write_bytes(b"\xff\xfe\x00")
    for is_redo, state in ((False, "undone"), (True, "done")):
        imports.importer.order(brought["id"], Order(is_redo=is_redo, by="asha", reason=None))
        world.settle()
        assert imports.results.show(brought["id"])["state"] == state


@pytest.mark.parametrize(
    "left", [b"", b"Name,Phone\n", b"\xff\xff", FILE.encode()[:40], FILE.encode()[:30] + b"\xff" * 50, b'Name,"Phone\n']
)
def test_rows_of_a_damaged_copy_are_not_written_for_correction(imports, brought, left):
    copy_of(imports, brought).source.write_bytes(left)
    named = rf"^imports/{brought['id']}/source\.csv in the data folder is damaged.*restore it from a backup"
    with pytest.raises(CopyGone, match=named):
        rejects_bytes(partial(imports.results.rejects_csv, brought["id"]))
    with pytest.raises(CopyGone, match="is damaged"):
        imports.results.faulty_rows(brought["id"], 10)


@pytest.mark.parametrize("line", [2, 600, 1_200])
def test_wherever_the_copy_is_damaged_nothing_of_a_download_is_sent(imports, line):
    """It broke off at the damage, where that stood behind the first five hundred rows."""
    brought = imports.bring("Name,Phone\n" + "".join(f"Row {row},1\n" for row in range(1_200)))
    source = copy_of(imports, brought).source
    rows = source.read_bytes().splitlines(keepends=True)
    source.write_bytes(b"".join([*rows[: line - 1], b"\xff\xfe\n", *rows[line:]]))
    with pytest.raises(CopyGone, match="is damaged"):
        rejects_bytes(partial(imports.results.rejects_csv, brought["id"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.integers(0, 400), st.integers(0, 400), st.binary(max_size=12))
def test_any_bytes_in_the_place_of_some_cost_their_lines_alone(imports, start, length, put):
    """Of no line that stands as it stood is anything lost."""
    whole = copy_of(imports, imports.bring(FILE)).rejects.read_bytes()
    damaged = whole[:start] + put + whole[start + length :]
    with folder() as path:
        (path / "rejects.jsonl").write_bytes(damaged)
        found = list(every_reject(path / "rejects.jsonl"))
        assert len(found) == kept_count(path / "rejects.jsonl") == len(list(kept_rejects(path / "rejects.jsonl")))
        untouched = sum(line in damaged.splitlines() for line in whole.splitlines())
        assert len(found) >= untouched
