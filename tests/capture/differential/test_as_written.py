"""Code is what its author wrote: for debuggers, compilers, pickles, caches and whoever reads it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from sides import both, pair, untracked


@pytest.fixture(scope="module")
def sides():
    with pair() as found:
        yield found


TRAINING = """
def score(x, times=2):
    total = 0.0
    for i in range(times):
        loss = x / (i + 1)
        total += loss
    return total
class Model:
    def fit(self, x):
        self.loss = score(x)
        for i in range(3):
            acc = self.loss * i
        return self
    def score(self):
        return self.loss
"""

CODE = """
import types
def told(code):
    parts = [c if not isinstance(c, types.CodeType) else told(c) for c in code.co_consts]
    return [code.co_code.hex(), repr(parts), code.co_names, code.co_varnames, code.co_stacksize,
            [line for _, _, line in code.co_lines()]]
print(*told(score.__code__), *told(Model.fit.__code__), sep="\\n")
"""


@pytest.mark.parametrize("between", ["pass", "loss = score(3)\nmodel = Model().fit(2)"])
def test_functions_of_untracked_cells_have_their_authors_bytecode(sides, between):
    """However often tracked cells have called them."""
    bare, tracked = sides.run(untracked(TRAINING), between, untracked(CODE), reset=True)
    assert "score" in bare.printed
    assert tracked.printed == bare.printed


COMPILER = """
import dis
def compiled(function):
    known = {"range", "score"}
    loaded = {i.argval for i in dis.get_instructions(function) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    if loaded - known:
        raise NameError(f"untyped global names: {sorted(loaded - known)}")
    constants = [c for c in function.__code__.co_consts if c is not None and not isinstance(c, (int, float, str))]
    if constants:
        raise TypeError(f"constants of no type: {constants}")
    print("compiled", function.__name__)
    return function
"""


@pytest.mark.parametrize("defined", [untracked(TRAINING), TRAINING], ids=["untracked", "tracked"])
@pytest.mark.parametrize("later", [untracked, str], ids=["next cell untracked", "next cell tracked"])
def test_a_compiler_finds_only_the_authors_names(sides, defined, later):
    """As Numba does, which knows the names and constants that it was told of."""
    bare, tracked = sides.run(
        untracked(COMPILER), defined, later("fast = compiled(score)\nprint(fast(3.0))"), reset=True
    )
    assert bare.printed == "compiled score\n4.5\n"
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


@pytest.mark.parametrize("defined", [untracked, str], ids=["untracked", "tracked"])
def test_numba(defined):
    pytest.importorskip("numba")
    cells = defined(TRAINING), defined("import numba\nfast = numba.njit(score)\nprint(fast(3.0))")
    bare, tracked = both(*cells)
    assert bare.printed == "4.5\n"
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


TORCH = """
import torch
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 4)
    def forward(self, x):
        for i in range(2):
            x = torch.relu(self.layer(x))
        loss = x.sum()
        return loss
torch.manual_seed(0)
net = Net()
found = torch._dynamo.explain(net)(torch.ones(2, 4))
print(found.graph_count, found.graph_break_count)
"""


def test_torch_compiles_in_as_many_pieces():
    pytest.importorskip("torch")
    bare, tracked = both(TORCH)
    assert bare.errors == []
    assert bare.printed.startswith("1 ")
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


SOURCE = """
import inspect
print(inspect.getsource(score), inspect.getsource(Model.fit), inspect.signature(Model.fit), score.__code__.co_firstlineno)
"""


@pytest.mark.parametrize("cells", [(TRAINING, SOURCE), (TRAINING + SOURCE,), (TRAINING, untracked(SOURCE))])
def test_source_is_found(sides, cells):
    bare, tracked = sides.run(*cells, reset=True)
    assert "loss = x / (i + 1)" in bare.printed
    assert tracked.printed == bare.printed


PICKLED = """
import cloudpickle, hashlib
hashes = globals().get("hashes", [])
plain = score.__code__.replace(co_filename="cell", co_firstlineno=1)
score.__code__ = plain
hashes.append(hashlib.sha256(cloudpickle.dumps(score)).hexdigest())
print(len(set(hashes)))
"""


def test_a_function_is_pickled_alike_each_time_its_cell_is_run(sides):
    """Caches are keyed by that."""
    cell = TRAINING + PICKLED
    bare, tracked = sides.run(cell, cell, cell, reset=True)
    assert bare.printed == "1\n1\n1\n"
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


def test_a_function_is_pickled_alike_tracked_or_not(sides):
    cell = TRAINING + PICKLED
    bare, tracked = sides.run(untracked(cell), cell, untracked(cell), reset=True)
    assert bare.printed == "1\n1\n1\n"
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


CACHED = """
from joblib import Memory
memory = Memory("cache", verbose=0)
@memory.cache
def slow(x, scale=2):
    print("computed", x)
    total = 0.0
    for i in range(3):
        loss = x * scale / (i + 1)
        total += loss
    return total
value = slow(3) + slow(3)
print(round(value, 3))
"""


def test_what_joblib_has_kept_is_found_again():
    bare, tracked = both(CACHED, CACHED)
    assert bare.printed.count("computed") == 1
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


DEBUGGED = """
import io, pdb
def inner(x):
    loss = x + 1
    return loss
def outer(x):
    total = 0.0
    for i in range(2):
        total += inner(x)
    return total
out = io.StringIO()
debugger = pdb.Pdb(stdin=io.StringIO("step\\n" * STEPS + "p total\\ncontinue\\n"), stdout=out, nosigint=True, readrc=False)
answer = debugger.runcall(outer, 1)
print(out.getvalue().replace("(Pdb) ", ""), answer)
"""


@pytest.mark.parametrize("steps", [4, 9, 14])
def test_a_debugger_steps_through_the_authors_lines(sides, steps):
    bare, tracked = sides.run(f"STEPS = {steps}\n{DEBUGGED}", reset=True)
    assert "inner()" in bare.printed
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


TRACED = """
import sys
def inner(x):
    loss = x + 1
    return loss
def outer(x):
    total = 0.0
    for i in range(2):
        total += inner(x)
    accuracy = max(total, 1)
    return accuracy
seen = []
def trace(frame, event, argument):
    seen.append((event, frame.f_code.co_name, frame.f_lineno))
    return trace
def profile(frame, event, argument):
    if event in ("call", "return"):
        seen.append((event, frame.f_code.co_name))
def watched():
    sys.SET(NOTE)
    try:
        outer(1)
    finally:
        sys.SET(None)
watched()
print(*seen, sep="\\n")
"""


@pytest.mark.parametrize(("how", "note"), [("settrace", "trace"), ("setprofile", "profile")])
def test_a_tracer_sees_the_authors_lines_and_calls_alone(sides, how, note):
    bare, tracked = sides.run(TRACED.replace("SET", how).replace("NOTE", note), reset=True)
    assert "'inner'" in bare.printed
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


@pytest.mark.parametrize(
    "cell",
    [
        "def deep(n):\n    return deep(n + 1)\ndeep(0)",
        "def deep(n):\n    score = deep(n + 1)\n    return score\ndeep(0)",
        "def deep(n):\n    for i in range(2):\n        print(n) if n % 700 == 0 else 0\n        acc = deep(n + 1)\n    return acc\ndeep(1)",
    ],
)
def test_endless_recursion_ends_in_the_authors_frames(sides, cell):
    bare, tracked = sides.run(cell, reset=True, names=False)
    (expected,), (found,) = bare.errors, tracked.errors
    assert found["type"] == expected["type"] == "RecursionError"
    assert found["message"].startswith("maximum recursion depth exceeded")
    assert "str of an object" not in found["message"]
    assert {frame[0] for frame in found["frames"]} == {frame[0] for frame in expected["frames"]}
