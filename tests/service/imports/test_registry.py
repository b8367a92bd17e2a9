"""Imports in `service.db` outlive a new version of its tables."""

from contextlib import closing

from ledger.sqlite import connect
from service.deployment.tables.database import MIGRATIONS, open_store
from service.imports.registry.registry import Registry
from service.wiring.drivers import now

_NO_COLUMNS = '{"columns": [], "is_guarded": false}'
_NO_CHOICES = (
    '{"tags": [], "maps": [], "ignore": [], "country_code": null, "mode": "upsert", "blank": "keep",'
    ' "relaxed_names": false, "clean_phones": false, "allow_opt_in": false, "encoding": null}'
)


def test_imports_of_an_older_version_are_kept(tmp_path):
    path = tmp_path / "service.db"
    with closing(connect(path)) as connection:
        MIGRATIONS.apply(connection, stop_before="imports_that_end_otherwise")
        for id, state in (("a", "splitting"), ("b", "split")):
            connection.execute(
                "INSERT INTO imports VALUES (?, 'h', 's', 'people.csv', ?, ?, 1, 5, ?, 3, 1, 1)",
                (id, _NO_CHOICES, _NO_COLUMNS, state),
            )
    with closing(open_store(path)) as connection:
        registry = Registry(connection, now)
        assert registry.unfinished() == ["a"]
        kept = registry.get("b")
        assert (kept.state, kept.published, kept.duplicate, kept.rejected) == ("published", 3, 1, 1)
