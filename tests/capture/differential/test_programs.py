"""Random programs print, show, warn, raise and leave behind in a tracked cell what they do in a bare one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

sys.path.insert(0, str(Path(__file__).parent))
from programs import BEGINNING, programs
from sides import Pair, pair

EXAMPLES = 120
WORDS = """break continue else: elif finally: for while def class try: except raise with match case print( yield await
    nonlocal global lambda assert del df np.""".split()

seen: set[str] = set()


@pytest.fixture(scope="module")
def sides():
    with pair() as found:
        yield found
        found.make_sure()


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(programs())
@pytest.mark.timeout(600)  # a failure is made as small as can be
def test_a_program_does_the_same_in_a_tracked_cell(sides: Pair, program: str):
    seen.add(program.removeprefix(BEGINNING))
    bare, tracked = sides.run(program, reset=True, sure=False)
    assert tracked.outcomes == bare.outcomes
    assert tracked.namespace == bare.namespace


def test_the_programs_hold_every_kind_of_statement():
    """Else they would prove less than they seem to."""
    if not seen:
        pytest.skip("needs the test above")
    assert len(seen) > EXAMPLES // 2
    found = "\n".join(seen)
    assert [word for word in WORDS if word not in found] == []
