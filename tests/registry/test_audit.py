"""Whatever was changed behind the registry's back is found."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mlnb import events, registry


@pytest.fixture
def promoted(project):
    runs = [project.train(c=c) for c in (0.1, 1.0)]
    for number, run in enumerate(runs, 1):
        registry.register(run, "churn", store=project.store)
        registry.promote("churn", number, store=project.store)
    return runs


def problems(project) -> list[tuple[str, str]]:
    return [(one.where, one.problem) for one in registry.verify(project.store)]


def test_a_registry_that_nobody_touched_is_whole(project, promoted):
    assert problems(project) == []


def test_one_changed_byte_of_a_models_file_is_found(project, promoted):
    version = project.store.registry.read()[0]
    path = project.store.objects.path(version.sha256)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert problems(project) == [("model churn/1", "its file is not what was registered")]
    path.unlink()
    assert problems(project) == [("model churn/1", "its file is gone")]


def test_an_edited_promotion_is_found(project, promoted):
    file = project.store.registry.path
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[1]["note"] = "approved"
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    ((where, problem), *_) = problems(project)
    assert where.startswith("registry.jsonl, line 2")
    assert problem == "the promotion's own record was changed"


def test_a_deleted_run_is_found(project, promoted):
    project.store.edit(promoted[0], events.Deleted(force=True))
    assert problems(project) == [
        ("model churn/1", f"its run {promoted[0]} was deleted, and with it the evidence")
    ]


def test_the_head_tells_a_history_that_was_cut(project, promoted):
    head = registry.head(project.store)
    file = project.store.registry.path
    file.write_text("".join(line + "\n" for line in file.read_text().splitlines()[:-1]))
    assert problems(project) == []
    assert registry.head(project.store) != head


def test_the_command_line_checks_the_history_too(project, promoted):
    command = [sys.executable, "-m", "mlnb", "store", "verify", "--store", str(project.store.path)]
    whole = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (whole.returncode, registry.head(project.store) in whole.stdout) == (0, True)
    file = project.store.registry.path
    file.write_text(file.read_text().replace('"user":"', '"user":"not-'))
    broken = subprocess.run(command, capture_output=True, text=True, check=False)
    assert broken.returncode == 1
    assert "record was changed" in " ".join(broken.stdout.split())
