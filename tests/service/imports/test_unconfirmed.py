"""Uploads that nobody confirms: the newest are kept, by count, by bytes and by days (R39)."""

import pytest

from service.deployment.tables.database import open_store
from service.imports.record.unconfirmed import DAYS, MOST_FILES, MOST_KEPT, forget_unconfirmed
from service.imports.registry.registry import Registry
from service.wiring.drivers import now
from tests.examples import ASHA, GAVIN
from tests.service.imports.test_counts import table

FILE = table(("Gavin", GAVIN, "u1", "Pune"), ("R2", ASHA, "", ""))
DAY = 86_400_000_000


@pytest.fixture
def forget(world):
    """Forgets what is too much, at a moment and with a limit of bytes of one file."""
    store = open_store(world.deployment.service_path)

    def forget(moment=None, most_bytes=50 << 20):
        forget_unconfirmed(Registry(store, now), world.folder / "imports", moment or now(), most_bytes)

    yield forget
    store.close()


def states(imports, ids):
    return [imports.status(id)["state"] for id in ids]


def files(world):
    return {folder.name for folder in (world.folder / "imports").iterdir()}


def test_so_many_are_kept_and_the_oldest_beyond_are_cancelled_with_their_files(imports, world):
    ids = [imports.upload(FILE) for _ in range(MOST_KEPT + 3)]
    assert states(imports, ids) == ["cancelled"] * 3 + ["uploaded"] * MOST_KEPT
    assert files(world) == set(ids[3:])


def test_those_that_were_mapped_or_checked_count_and_those_that_were_confirmed_do_not(imports, world):
    confirmed = imports.checked(FILE)
    imports.uploads.confirm(confirmed, allow_opt_in=False, again=False, by="asha")
    mapped = imports.upload(FILE)
    imports.uploads.map(mapped, [])
    checked = imports.checked(FILE)
    others = [imports.upload(FILE) for _ in range(MOST_KEPT - 1)]
    assert states(imports, [mapped, checked, *others]) == ["cancelled", "checked"] + ["uploaded"] * (MOST_KEPT - 1)
    assert imports.status(confirmed)["state"] == "running"
    assert confirmed in files(world)


def test_so_many_bytes_are_kept_but_always_the_newest(imports, world, forget):
    ids = [imports.upload(FILE) for _ in range(4)]
    size = sum(file.stat().st_size for file in (world.folder / "imports" / ids[0]).iterdir())
    forget(most_bytes=2 * size // MOST_FILES + 1)
    assert states(imports, ids) == ["cancelled", "cancelled", "uploaded", "uploaded"]
    forget(most_bytes=1)
    assert states(imports, ids[2:]) == ["cancelled", "uploaded"]


def test_so_many_days_are_kept_also_when_nobody_uploads_again(imports, world, forget):
    id = imports.upload(FILE)
    forget(now() + DAYS * DAY - DAY)
    assert states(imports, [id]) == ["uploaded"]
    forget(now() + DAYS * DAY + DAY)
    assert states(imports, [id]) == ["cancelled"]
    assert files(world) == set()
