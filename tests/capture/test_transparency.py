"""A cell with `%%track` prints, shows, raises, returns and changes the same as without."""

from __future__ import annotations

import contextlib
import gc
import io
import re
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

SNIPPETS = [
    "a = {n}",
    "a, b = {n}, 'x'",
    "total = sum(range({n}))",
    "print('total', total)",
    "print(f'{{a}} is {{a * 2:>5}} and {{total!r}}')",
    "print('%d of %s' % ({n}, 'x'), '{{:.2f}}'.format(1 / ({n} + 1)))",
    "print('a' + str(total) + 'b', end='|')",
    "print(*[1, 2, {n}], sep='-')",
    "loss = 1 / {n}",
    "losses = []",
    "for i in range({n}):\n    loss = i / 2\n    losses.append(loss)\nelse:\n    print('else', i)",
    "for i, (p, q) in enumerate([(1, 2), (3, 4)]):\n    if i == {n}:\n        continue\n    acc = p / q\n    print('acc', acc)",
    "while True:\n    a += 1\n    if a > {n}:\n        break",
    "def f(x, scale=2, *rest, key=None, **more):\n    for i in range({n}):\n        loss = x / (i + 1)\n        if i == 3:\n            return loss * scale\n    return x\nprint(f(3), f(2, key=1))",
    "def fact(k):\n    return 1 if k < 2 else k * fact(k - 1)\nfact({n})",
    "def gen(k):\n    for i in range(k):\n        got = yield i\n        score = got or i / 2\nprint(list(gen({n})))",
    "class Base:\n    kind = 'base'\n    def fit(self, x):\n        self.loss = x / 2\n        return self\n    def score(self):\n        return self.loss\nclass Model(Base):\n    __hidden = {n}\n    def fit(self, x):\n        print(super().fit(x).score(), self.__hidden)\n        return self\nModel().fit({n}).score()",
    "x = [i * i for i in range({n}) if i % 2]",
    "d = {{k: len(k) / 2 for k in ('a', 'bb')}}\nd['loss'] = {n} / 3\nd",
    "(lambda v, w=3: print(v + w))({n})",
    "try:\n    1 / (a - a)\nexcept ZeroDivisionError as e:\n    print('caught', e)\nfinally:\n    print('done')",
    "with open(__import__('os').devnull) as handle:\n    size = len(handle.read())",
    "del a",
    "print = len\nsize = print('abc')\ndel print",
    "len = {n}",
    "sum = lambda *a: 'shadowed'",
    "raise ValueError('no {n}')",
    "assert a == {n}, 'different'",
    "1 / 0",
    "undefined_name",
    "import asyncio\nvalue = await asyncio.sleep(0, {n})",
    "async def co():\n    return {n} / 2\nscore = await co()\nprint('score', score)",
    "if (m := {n}) > 2:\n    print('big', m)",
    "match {n}:\n    case 0:\n        acc = 0.0\n    case k if k > 3:\n        acc = k / 2\n        print(acc)\n    case _:\n        pass",
    "globals()['made'] = {n}\nmade",
    "exec('z = {n} / 2')\nz",
    "eval('{n} + 1')",
    "s = {{1, 2, {n}}}; s",
    "x: float = {n} / 2",
    "x = y = {n} * 1.5",
    "first, *others = range({n} + 1)",
    "import warnings; warnings.warn('careful {n}')",
    "sorted([3, 1, {n}], key=lambda v: -v)",
    "print(__name__, __import__('sys')._getframe().f_code.co_name)",
    "import traceback\ndef deep(k):\n    return deep(k - 1) if k else 1 / 0\ntry:\n    deep({n})\nexcept ZeroDivisionError:\n    print(len(traceback.extract_stack()) > 0, traceback.format_exc().count('deep'))",
    "import inspect\ndef src(v):\n    loss = v / 2\n    return loss\nprint(inspect.getsource(src), inspect.signature(src))",
    "def local():\n    loss = {n} / 2\n    for i in range(2):\n        acc = loss * i\n    return sorted(locals())\nprint(local())",
    "import copy, pickle\npickle.loads(pickle.dumps([{n}]))",
    "return_value = (yield_ := {n})",
    "x = (1,\n     {n},\n     3)",
    "{n}",
    "'text'",
    "None",
    "...",
    "a;",
    "x = ]",
    "  y = 1\nz = 2",
    "return {n}",
]


def _shell(*, loaded: bool) -> InteractiveShell:
    settings_ = Config()
    settings_.HistoryManager.enabled = False
    settings_.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell(config=settings_)
    if loaded:
        shell.run_line_magic("load_ext", "mlnb")
    return shell


@pytest.fixture(scope="module")
def shells(tmp_path_factory):
    import atexit
    import os

    from mlnb import magics

    folder = tmp_path_factory.mktemp("transparency")
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    os.environ["MLNB_STORE"] = str(folder / "store")
    before = sys.modules["__main__"]
    plain, tracked = _shell(loaded=False), _shell(loaded=True)
    yield plain, tracked
    magics.unload(tracked)
    for shell in (plain, tracked):
        atexit.unregister(shell.atexit_operations)
        shell.atexit_operations()
    InteractiveShell.clear_instance()
    sys.modules["__main__"] = before
    del os.environ["IPYTHONDIR"], os.environ["MLNB_STORE"]


def behaviour(shell: InteractiveShell, cells: list[str]) -> list[object]:
    """Everything of some cells' execution that a user could notice."""
    seen: list[object] = []
    sys.modules["__main__"] = shell.user_module
    InteractiveShell._instance = shell
    shell.reset(new_session=True)
    for cell in cells:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), _no_collection():
            result = shell.run_cell(cell, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        seen += [
            _clean(out.getvalue()),
            _clean(err.getvalue()),
            result.success,
            repr(result.result),
            _lines(error),
        ]
        seen.append(
            {
                k: _value(v)
                for k, v in shell.user_ns.items()
                if k not in shell.user_ns_hidden and not k.startswith("_")
            }
        )
        seen.append(repr(shell.user_ns.get("_")))
    return seen


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Garbage is collected between cells only: what it ends, a generator say, can show in the traceback of a cell."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _clean(text: str) -> str:
    text = re.sub(r"0x[0-9a-f]+", "0x", text)
    text = re.sub(r"(?m)^ +1 #\n", "", text)  # the comment that stands for the magic's line
    return re.sub(r"/ipykernel_\d+/\d+|<ipython-input-[^>]*>|_ipython_input\w*", "<cell>", text)


def _value(value: object) -> str:
    return (
        type(value).__name__ if callable(value) or type(value).__name__ == "module" else _clean(repr(value))
    )


def _lines(error: BaseException | None) -> object:
    if error is None:
        return None
    frames = []
    at = error.__traceback__
    while at is not None:
        frames.append((at.tb_frame.f_code.co_name, at.tb_lineno))
        at = at.tb_next
    return type(error).__name__, _clean(str(error)), frames


cells = st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=6).flatmap(
    lambda parts: st.integers(0, 6).map(
        lambda n: "\n".join(
            part.replace("{n}", str(n)).replace("{{", "{").replace("}}", "}") for part in parts
        )
    )
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(cells, min_size=1, max_size=3))
def test_tracked_and_bare_cells_behave_alike(shells, found):
    plain, tracked = shells
    # The magic's line stands where the bare cell has a comment, so that line numbers are the same.
    bare = behaviour(plain, [f"#\n{cell}" for cell in found])
    assert bare == behaviour(tracked, [f"%%track --quiet --no-models\n{cell}" for cell in found])


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_each_kind_of_statement_alone(shells, snippet):
    plain, tracked = shells
    cell = snippet.replace("{n}", "4").replace("{{", "{").replace("}}", "}")
    prepared = "a, total = 1, 2"
    assert behaviour(plain, [prepared, f"#\n{cell}"]) == behaviour(
        tracked, [prepared, f"%%track --quiet\n{cell}"]
    )


@pytest.mark.parametrize(
    "cell",
    [
        "%%capture out\nprint('hidden')\n5",
        "%%time\nx = 3",
        "%%timeit -n1 -r1\nx = 3",
        "%%writefile made.txt\ntext",
        "%%nosuchmagic\ntext",
        "%%python -c\nx",
        "!echo hello",
        "x = !echo hello\nprint(x)",
        "%who_ls",
        "len?",
        "%%html\n<b>x</b>",
    ],
)
def test_magics_below_the_line_behave_alike(shells, cell, tmp_path):
    plain, tracked = shells
    one, other = behaviour(plain, [cell]), behaviour(tracked, [f"%%track --quiet\n{cell}"])
    times = r"\d[\d.]*( [nmµμu]?s)|CPU times.*|Wall time.*|Overwriting|Writing"
    assert [re.sub(times, "", str(part)) for part in one] == [re.sub(times, "", str(part)) for part in other]
