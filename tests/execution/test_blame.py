"""What may be to blame is named by the line that used it, and nothing else is."""

from __future__ import annotations

import pytest

from mlnb.execution import blame
from mlnb.execution.replay import Execution


def blamed(*sources: str) -> list[str]:
    done = [Execution(at, source) for at, source in enumerate(sources)]
    return list(blame.causes(done, range(len(done))))


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import time\nnow = time.time()", "`now = time.time()` used the clock"),
        ("import datetime as dt\nd = dt.datetime.now()", "`d = dt.datetime.now()` used the clock"),
        ("import requests\nr = requests.get(u)", "`r = requests.get(u)` used what the network answered"),
        ("import uuid\nk = uuid.uuid4()", "`k = uuid.uuid4()` used random numbers of the operating system"),
        ("n = input('how many')", "`n = input('how many')` used what was typed"),
        ("m = Forest(n_jobs=2)", "`m = Forest(n_jobs=2)` used threads or processes, whose order isn't fixed"),
        ("w = list(set(words))", "`w = list(set(words))` used the order of a set, or a hash: each process has its own (PYTHONHASHSEED)"),
        ("x = default_rng().normal()", "`x = default_rng().normal()` made a generator without a seed that no name holds"),
        ("%%time\ny = Out[3] + 1", "`y = Out[3] + 1` used earlier outputs by their number"),
    ],
)  # fmt: skip
def test_the_line_is_named(source: str, what: str) -> None:
    assert what in blamed("u = words = m = 1", source)


def test_a_name_that_nobody_set_comes_first() -> None:
    assert blamed("import time\nx = time.time() + theirs")[0] == "set outside what was recorded: theirs"


def test_what_only_looks_like_it_is_not_blamed() -> None:
    assert (
        blamed(
            "ax = 1",
            "ax.set(xlabel='time')",
            "# time.time()\ntext = 'requests.get(u)'",
            "d = {}\nd.get('a')\nd.set('b')\nn = len(set(d))\nm = sorted(set(d))",
            "import numpy as np\nrng = np.random.default_rng(3)",
        )
        == []
    )
