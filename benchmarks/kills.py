"""`kill -9` at every stage: is anything lost whose call had returned, or there twice?

    python -m benchmarks.kills --logging 200 --folding 100 --seed 1

A *logging* kill: a child process logs points and events as fast as it can and tells after each call that it
has returned, through a pipe; it is killed after a random time. Everything that it told of must be in the store.

A *folding* kill: a child process folds runs, and kills itself at the n-th call of one function of the
store: each stage of the road from a journal to the archive is one of `STAGES`. Whoever folds next must make
the same tables of it as one who was never killed.

After each kill, `verify` must have nothing to say; what a crash may leave (a torn tail in the archive, of which
nothing is missing) is not a finding about data, and is counted apart.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from mlnb import events, ids
from mlnb.store import Store, answers, archive, care, index, ingest, query, reading, rows
from mlnb.testing import make_runs, relations

STAGES: Final[dict[str, tuple[Any, str]]] = {
    "held": (reading, "take_over"),
    "read": (reading, "read_events"),
    "insert": (rows.tables.Writer, "insert_arrow"),
    "commit": (ingest, "commit"),
    "committed": (ingest.wide, "keep_up"),
    "kept": (ingest, "archive_journals"),
    "archive": (archive, "_pack"),
    "sync": (archive, "sync"),
    "noted": (ingest.positions, "note_segment"),
    "unlink": (Path, "unlink"),
    "rename": (index, "replace"),
    "copy": (index, "copy"),
}
"""Where a folding child dies: before the n-th call of this function."""

ONCE: Final = {"held", "read", "kept", "commit", "committed", "sync", "noted"}
"""Stages that a small fold passes once."""

_told = struct.Struct("<q")


@dataclass
class Outcome:
    """What was seen over many kills."""

    kills: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    torn_tails: int = 0
    findings: list[str] = field(default_factory=list)
    points: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.findings)

    def __str__(self) -> str:
        kills = ", ".join(f"{stage} {count}" for stage, count in sorted(self.kills.items()))
        return (
            f"kills: {kills}\npoints told: {self.points:,}\nlost: {self.lost}\ndoubled: {self.doubled}\n"
            f"torn archive tails (nothing missing): {self.torn_tails}\n"
            f"verify: {'clean' if not self.findings else self.findings}"
        )


# ---- while it is logged -------------------------------------------------------------------------


def kill_while_logging(folder: Path, chance: random.Random, outcome: Outcome) -> None:
    """Kill one logging child after a random time, and look for what it said was logged."""
    store = Store.open(folder)
    run_id = ids.new_id()
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.kills", "--child-logs", str(folder), run_id, str(chance.random())],
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    child.stdout.read(_told.size)  # it has begun
    try:
        child.wait(chance.uniform(0, 0.3))
    except subprocess.TimeoutExpired:
        child.send_signal(signal.SIGKILL)
    told = child.stdout.read()
    child.stdout.close()
    child.wait()
    # A pipe holds whole numbers: each was one write.
    last = _told.unpack_from(told, len(told) // _told.size * _told.size - _told.size)[0] if told else 0
    outcome.kills["logging"] += 1
    outcome.points += last
    seen = query.history(store, run_id, "loss").steps.tolist() if last else []
    outcome.lost += len(set(range(last)) - set(seen))
    outcome.doubled += len(seen) - len(set(seen))
    _verify(store, outcome)


def log_and_tell(folder: str, run_id: str, seed: str) -> None:
    """The child: point after point, now and then an event; after each, its number goes into the pipe."""
    chance = random.Random(seed)
    store = Store.open(folder)
    writer = store.writer(run_id)
    writer.append(events.RunStarted(run_id=run_id, name="killed", experiment="kills", run_kind="script"))
    told = 0
    os.write(1, _told.pack(told))
    limit = chance.choice([50, 1000, 30_000])
    while told < limit:
        writer.point("loss", float(told), told)
        if chance.random() < 0.01:
            writer.append(events.Tag(key="t", value=str(told)))
        told += 1
        os.write(1, _told.pack(told))
    writer.append(events.RunEnded(status="finished", duration=1.0))
    writer.close()


# ---- while it is folded -------------------------------------------------------------------------


def kill_while_folding(folder: Path, stage: str, chance: random.Random, outcome: Outcome) -> None:
    """Fold the same journals here, unharmed, and there, killed at a stage; compare all the tables."""
    home = Store.open(folder / "whole")
    made = make_runs(home, chance.randint(1, 6), params=3, metrics=2, points=5, seed=chance.randint(0, 9))
    home.edit(made[0], events.Note(text="edited"))
    shutil.copytree(home.path, folder / "killed")
    killed = Store.open(folder / "killed")
    if chance.random() < 0.5:
        ingest.fold(killed)
        more = make_runs_elsewhere(folder, chance)
        for store in (home, killed):
            _copy_journals(more, store)
    if stage in ("rename", "copy"):
        ingest.fold(killed)
    number = str(1 if stage in ONCE else chance.randint(1, 2))
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.kills", "--child-folds", str(killed.path), stage, number],
        check=False,
    )
    outcome.kills[stage if child.returncode == -signal.SIGKILL else f"{stage} (not reached)"] += 1
    expected, found = relations(home), relations(killed)
    answers.forget()
    outcome.points += len(expected["points"])
    for name, rows_there in expected.items():
        outcome.lost += len(rows_there - found[name])
        outcome.doubled += len(found[name] - rows_there)
    with answers.looking(killed) as connection:
        counted = connection.execute("SELECT count(*) FROM points").fetchall()[0][0]
    outcome.doubled += counted - len(expected["points"])
    killed.database.unlink()  # and the archive alone must say the same
    outcome.lost += relations(killed) != expected
    _verify(killed, outcome)


def make_runs_elsewhere(folder: Path, chance: random.Random) -> Store:
    other = Store.open(folder / "more")
    make_runs(other, 2, params=2, metrics=1, points=3, seed=chance.randint(0, 9))
    return other


def _copy_journals(source: Store, target: Store) -> None:
    for path in source.journals.iterdir():
        shutil.copy2(path, target.journals / path.name)


def fold_and_die(folder: str, stage: str, number: str) -> None:
    """The child: fold, and die just before the n-th call of a stage's function."""
    owner, name = STAGES[stage]
    whole: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == int(number):
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(*arguments, **named)

    setattr(owner, name, counted)
    store = Store.open(folder, create=False)
    ingest.fold(store)
    if stage in ("rename", "copy"):
        for _ in range(int(number)):
            care.compact(store)


def _verify(store: Store, outcome: Outcome) -> None:
    for finding in care.verify(store):
        if "after the last whole journal" in finding.problem:
            outcome.torn_tails += 1
        else:
            outcome.findings.append(f"{finding.where}: {finding.problem}")


# ---- the command --------------------------------------------------------------------------------


def run(logging: int, folding: int, seed: int, *, report: Callable[[str], object] = str) -> Outcome:
    """So many kills of each kind, the same ones for the same seed (but for how far a child had come)."""
    chance = random.Random(seed)
    outcome = Outcome()
    with tempfile.TemporaryDirectory(prefix="mlnb-kills-") as place:
        shared = Path(place) / "logging"
        for number in range(logging):
            kill_while_logging(shared, chance, outcome)
            report(f"\rlogging {number + 1}/{logging}")
        for number in range(folding):
            folder = Path(place) / f"fold-{number}"
            folder.mkdir()
            kill_while_folding(folder, list(STAGES)[number % len(STAGES)], chance, outcome)
            shutil.rmtree(folder)
            report(f"\rfolding {number + 1}/{folding}")
    report("\r")
    return outcome


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--logging", type=int, default=200, metavar="N", help="kills while runs are logged")
    parser.add_argument("--folding", type=int, default=100, metavar="N", help="kills while they are folded")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child-logs", nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--child-folds", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child_logs:
        log_and_tell(*given.child_logs)
        return 0
    if given.child_folds:
        fold_and_die(*given.child_folds)
        return 0
    outcome = run(
        given.logging, given.folding, given.seed, report=lambda text: print(text, end="", flush=True)
    )
    print(outcome)
    return 0 if outcome.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
