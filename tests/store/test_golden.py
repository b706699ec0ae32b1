"""A journal of each format that there was, and what must come of it for ever.

`golden/<format>/` holds journals and a registry; `golden/<format>.json` every row of every public relation.
Never change them: a format that changes gets a folder of its own.
"""

import json
import shutil
from pathlib import Path

import pytest

from mlnb import events
from mlnb.testing import relations

GOLDEN = Path(__file__).parent / "golden"


def rows(store):
    return {name: sorted(map(list, found)) for name, found in relations(store).items()}


@pytest.mark.parametrize("version", sorted(path.name for path in GOLDEN.iterdir() if path.is_dir()))
def test_a_journal_of_this_format_folds_to_the_same_rows(store, version):
    for path in (GOLDEN / version).iterdir():
        shutil.copy(path, store.path if path.name == "registry.jsonl" else store.journals)
    expected = json.loads((GOLDEN / f"{version}.json").read_text(encoding="utf-8"))
    assert rows(store) == expected
    store.database.unlink()  # and from the archive
    assert rows(store) == expected


def test_the_format_of_today_has_a_golden_journal():
    assert (GOLDEN / str(events.FORMAT)).is_dir()


def test_the_golden_journal_holds_every_kind_of_event():
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in (GOLDEN / str(events.FORMAT)).iterdir()
        if path.suffix == ".jsonl"
    )
    kinds = {json.loads(line)["kind"] for line in text.split("\n") if line.startswith("{")}
    assert set(events.VOCABULARY.split(",")) - kinds == {"deleted"}
