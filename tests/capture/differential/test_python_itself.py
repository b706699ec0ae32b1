"""CPython's own tests, defined and run in a tracked cell, end as they end in a bare one.

Their text is read from the installed `test` package; where Python comes without it, these tests are skipped. The quick half
runs always; `MLNB_EVERYTHING=1` adds the modules that take long.
"""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import python_suite
from sides import Session, pair, untracked

HERE = Path(__file__).parent

QUICK = """
    test_abc test_asyncgen test_augassign test_binop test_call test_class test_code test_context test_contextlib
    test_contextlib_async test_copy test_copyreg test_coroutines test_dataclasses test_decorators test_descr test_enum
    test_except_star test_finalization test_frame test_fstring test_functools test_gc test_generators test_grammar test_inspect
    test_iter test_named_expressions test_operator test_patma test_property test_raise test_scope test_string_literals
    test_super test_types test_weakref test_with test_yield_from
""".split()

LONG = """
    test_collections test_dict test_exceptions test_heapq test_io test_itertools test_ordered_dict test_pickle
    test_sys_settrace test_traceback test_typing test_warnings
""".split()

ALONE = {
    "test_weakref": (
        "threaded",
        "MappingTestCase",
        "WeakKeyDictionaryTestCase",
        "WeakValueDictionaryTestCase",
    )
}
"""Left out where it is quick: tests whose ids hold one of these take most of their module's time."""

DIFFER: dict[str, str] = {
    "__main__.GCTests.test_get_objects_arguments": "it counts all objects of the process twice, and the thread that syncs "
    "files may make one in between",
    "__main__.GCTests.test_get_count": "it counts the process's new objects between two lines, and a note may be one",
}
"""The tests that may fail in a tracked cell alone, each with its reason. Not more than five."""

EVERYTHING = os.environ.get("MLNB_EVERYTHING") == "1"
compared: dict[str, int] = {}


@pytest.mark.parametrize("name", QUICK)
def test_a_module_of_cpythons_tests(name):
    assert worse_in_a_tracked_cell(name, () if EVERYTHING else ALONE.get(name, ())) == {}


@pytest.mark.slow
@pytest.mark.skipif(not EVERYTHING, reason="takes minutes: MLNB_EVERYTHING=1 runs it")
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", LONG)
def test_a_module_of_cpythons_tests_that_takes_long(name):
    assert worse_in_a_tracked_cell(name) == {}


def test_most_of_them_could_be_compared():
    """Else the tests above would say nothing."""
    if not compared:
        pytest.skip("needs the tests above")
    assert len(DIFFER) <= 5
    assert min(compared.values()) > 0
    if len(compared) >= len(QUICK):
        assert sum(compared.values()) > 2500


def worse_in_a_tracked_cell(name: str, without: tuple[str, ...] = ()) -> dict[str, str]:
    """By a test's id, how it ended in a tracked cell, of those that end well in a bare one."""
    try:
        before, cell = python_suite.cells_of(name, without)
    except LookupError as missing:
        pytest.skip(str(missing))

    def results(session: Session) -> dict[str, str]:
        told = session.run(untracked(before), cell, names=False, timeout=800)
        path = session.folder / python_suite.RESULTS
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"cell": str(told.errors)}

    with pair(PYTHONPATH=str(HERE)) as sides, ThreadPoolExecutor(2) as pool:
        bare, tracked = pool.map(results, (sides.bare, sides.tracked))
        runs = sides.tracked.run(untracked("import mlnb\nlen(mlnb.runs())"), names=False)
    if "cell" in bare:
        pytest.skip(f"can't be run in a cell at all: {bare['cell'][:200]}")
    good = {test for test, end in bare.items() if end in python_suite.GOOD}
    compared[name] = len(good)
    assert runs.outcomes[0]["result"] == "1", runs.outcomes[0]
    return {
        test: end
        for test in sorted(good - set(DIFFER))
        if (end := tracked.get(test, tracked.get("cell", "wasn't run"))) not in python_suite.GOOD
    }
