"""A long question is asked anew in a process of its own. That it keeps nobody waiting: `tests/server/test_handler.py`."""

from __future__ import annotations

import pytest

from mlnb.errors import UsageError
from mlnb.store import aside
from mlnb.tracking import start


@pytest.fixture
def filled(store):
    with start("one", store=store) as run:
        run.metric("loss", 0.5)
    return store


def test_the_answer_is_the_same_in_a_process_of_its_own(filled, monkeypatch):
    text = "SELECT name, 'ab'::BLOB AS bytes, 1.5::DECIMAL(4, 2) AS d, started_at FROM runs"
    here = aside.sql(filled, text, limit=10, seconds=20)
    monkeypatch.setattr(aside, "MOMENT_S", 1e-9)
    asked_again = aside.sql(filled, text, limit=10, seconds=20)
    assert asked_again.equals(here)


def test_what_is_wrong_with_it_is_told(filled, monkeypatch):
    monkeypatch.setattr(aside, "MOMENT_S", 1e-9)
    with pytest.raises(UsageError, match="Conversion Error"):
        aside.sql(
            filled, "SELECT CAST('x' || count(*) AS INTEGER) FROM range(10_000_000)", limit=1, seconds=20
        )


def test_a_users_own_json_py_in_the_servers_folder_is_not_imported(filled, monkeypatch, tmp_path):
    (tmp_path / "json.py").write_text("raise RuntimeError('the wrong json')\n")
    monkeypatch.chdir(tmp_path)
    question = {"text": "SELECT name FROM runs", "limit": 10, "seconds": 20}
    assert aside._in_a_process(filled.path, question).to_pylist() == [{"name": "one"}]
