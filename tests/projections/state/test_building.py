"""Files under construction hold contacts: none of them outlives its builder."""

import pytest

from projections.state.building import building_alone


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def fail_over(path):
    path.touch()
    raise ValueError("the disk is full")


def test_what_a_killed_builder_left_is_removed_by_the_next_one(tmp_path):
    for name in ("at-7.building", "at-7.building-wal", "at-5.building-journal", "at-6.db"):
        (tmp_path / name).touch()
    with building_alone(tmp_path):
        assert names(tmp_path) == ["at-6.db", "building.lock"]


def test_what_a_failed_builder_leaves_is_removed_at_once(tmp_path):
    with pytest.raises(ValueError, match="full"), building_alone(tmp_path):
        fail_over(tmp_path / "at-7.building")
    assert names(tmp_path) == ["building.lock"]


def test_the_folder_is_made_for_its_owner_alone(tmp_path):
    with building_alone(tmp_path / "past"):
        pass
    assert (tmp_path / "past").stat().st_mode & 0o777 == 0o700
