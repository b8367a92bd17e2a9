import multiprocessing
import stat

import pytest

from service.deployment.secret import SecretUnreadable, load_or_make


def _read_when_all_are_ready(folder, barrier, answers):
    barrier.wait(20)
    answers.put(load_or_make(folder))


def test_processes_that_start_together_agree_on_one_secret(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    barrier, answers = spawn.Barrier(4), spawn.Queue()
    processes = [
        spawn.Process(target=_read_when_all_are_ready, args=(tmp_path / "data", barrier, answers)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    secrets = {answers.get(timeout=30) for _ in processes}
    for process in processes:
        process.join(30)
    assert len(secrets) == 1
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["secret"]


def test_the_secret_is_made_once_and_kept(tmp_path):
    first = load_or_make(tmp_path)
    assert len(first) == 64
    assert load_or_make(tmp_path) == first


def test_only_its_owner_can_read_the_secret(tmp_path):
    load_or_make(tmp_path)
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_an_empty_secret_file_is_refused_not_replaced(tmp_path):
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(SecretUnreadable, match="is empty"):
        load_or_make(tmp_path)
