"""In a tracked cell everything lives as long as in a bare one: objects, handles, locks, generators, memory.

With the garbage collector on. Each cell says what is there; the bare side shows that it says what it should.
"""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from sides import both, pair, untracked

THING = """
import gc, os, sys, weakref
class Thing:
    def __init__(self, value=0.5):
        self.value = value
    def score(self):
        return self.value
def make(value=0.5):
    return Thing(value)
def use(thing, times=1):
    return thing.value * times
"""

CELLS = {
    "a result": (
        """
        thing = make()
        seen = weakref.ref(thing)
        del thing
        print(seen() is None)
        """,
        "True",
    ),
    "a result that another replaces": (
        """
        thing = make()
        seen = weakref.ref(thing)
        thing = make(1)
        print(seen() is None)
        """,
        "True",
    ),
    "an argument": (
        """
        def watched():
            thing = Thing()
            weakref.finalize(thing, print, 'gone')
            return thing
        loss = use(watched(), times=2)
        print('after', loss)
        """,
        "gone\nafter 1.0",
    ),
    "the owner of a method": (
        """
        thing = make()
        seen = weakref.ref(thing)
        score = thing.score()
        thing = None
        print(seen() is None)
        """,
        "True",
    ),
    "what a loop goes over": (
        """
        seen = []
        for thing in (make(k) for k in range(3)):
            seen.append(weakref.ref(thing))
            loss = use(thing)
            print([ref() is not None for ref in seen])
        del thing
        print([ref() is not None for ref in seen])
        """,
        "[True]\n[False, True]\n[False, False, True]\n[False, False, False]",
    ),
    "what is in a container": (
        """
        kept = {'a': make(), 'b': [make()]}
        seen = [weakref.ref(kept['a']), weakref.ref(kept['b'][0])]
        kept.clear()
        print([ref() is None for ref in seen])
        """,
        "[True, True]",
    ),
    "a cycle": (
        """
        thing = make()
        thing.self = thing
        seen = weakref.ref(thing)
        del thing
        gc.collect()
        print(seen() is None)
        """,
        "True",
    ),
    "__del__": (
        """
        class Loud(Thing):
            def __del__(self):
                print('del')
        def loud():
            return Loud()
        x = loud()
        del x
        print('after')
        """,
        "del\nafter",
    ),
    "what an exception held": (
        """
        def bad(thing):
            local = thing
            raise ValueError('no')
        thing = make()
        seen = weakref.ref(thing)
        try:
            bad(thing)
        except ValueError as error:
            message = str(error)
        del thing
        print(message, seen() is None)
        """,
        "no True",
    ),
    "what a loop was going over when an exception came out of it": (
        """
        import contextlib
        class Things:
            def __init__(self):
                self.count = 0
            def __iter__(self):
                return self
            def __next__(self):
                self.count += 1
                if self.count > 3:
                    raise ValueError('no')
                return self.count
        things = Things()
        seen = weakref.ref(things)
        try:
            for x in things:
                loss = use(make(x))
        except ValueError:
            pass
        del things
        print(seen() is None, loss)
        things = Things()
        seen = weakref.ref(things)
        with contextlib.suppress(ValueError):
            for x in things:
                loss = use(make(x))
        del things
        print(seen() is None, loss)
        def within():
            things = Things()
            seen = weakref.ref(things)
            try:
                for x in things:
                    for again in range(2):
                        loss = use(make(x))
            except ValueError:
                pass
            del things
            print(seen() is None, loss)
        within()
        """,
        "True 3\nTrue 3\nTrue 3",
    ),
    "how many refer to it": (
        """
        thing = make()
        loss = use(thing)
        print(sys.getrefcount(thing))
        """,
        "2",
    ),
    "what is found dead in a cycle": (
        """
        gc.collect()
        def ring():
            a, b = Thing(), Thing()
            a.next, b.next = b, a
            return a
        x = ring()
        del x
        print(gc.collect() >= 2, sum(isinstance(o, Thing) for o in gc.get_objects()))
        """,
        "True 0",
    ),
    "a handle that json writes to": (
        """
        import json
        json.dump({'a': 1}, open('a.json', 'w'))
        print(json.load(open('a.json')))
        """,
        "{'a': 1}",
    ),
    "a handle that is written to": (
        """
        open('a.txt', 'w').write('hi')
        print(open('a.txt').read())
        """,
        "hi",
    ),
    "a handle that an own function gives": (
        """
        def handle(mode):
            return open('b.txt', mode)
        handle('w').write('text')
        print(handle('r').read())
        """,
        "text",
    ),
    "a temporary folder": (
        """
        import tempfile
        place = tempfile.TemporaryDirectory()
        name = place.name
        import warnings
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            del place
        print(os.path.exists(name))
        """,
        "False",
    ),
    "a lock on a file": (
        """
        import fcntl
        def locked():
            handle = open('lock', 'w')
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return handle
        size = use(make(2))
        locked()
        where = locked().fileno()
        print(where > 0)
        """,
        "True",
    ),
    "a generator that a loop leaves": (
        """
        def numbers():
            try:
                yield from range(3)
            finally:
                print('closed')
        for n in numbers():
            break
        print('after')
        """,
        "closed\nafter",
    ),
    "a generator that is asked once": (
        """
        def numbers():
            try:
                yield 1
                yield 2
            finally:
                print('closed')
        first = next(numbers())
        print('after', first)
        """,
        "closed\nafter 1",
    ),
    "a coroutine that nobody awaits": (
        """
        import warnings
        async def work():
            return 1
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter('always')
            work()
            print([str(w.message) for w in found])
        """,
        "[\"coroutine 'work' was never awaited\"]",
    ),
    "an array that is made longer": (
        """
        import numpy as np
        def array():
            return np.zeros(4)
        a = array()
        a.resize((8,))
        print(a.shape)
        """,
        "(8,)",
    ),
    "an array that was an argument": (
        """
        import numpy as np
        a = np.zeros(4)
        def mean(x):
            return x.mean()
        loss = mean(a)
        a.resize((8,))
        print(a.shape)
        """,
        "(8,)",
    ),
    "a view of bytes": (
        """
        data = bytearray(b'abc')
        def view(data):
            return memoryview(data)[:2]
        size = len(view(data))
        data.append(1)
        print(size, len(data))
        """,
        "2 4",
    ),
    "a part of a table": (
        """
        import pandas as pd
        def table():
            return pd.DataFrame({'a': [1.0, 2.0, 3.0], 'b': [4.0, 5.0, 6.0]})
        def part(df):
            return df[:]
        df = table()
        rest = part(df)
        del rest
        where = df['a'].to_numpy().ctypes.data
        df.iloc[0, 0] = 9.0
        print(where == df['a'].to_numpy().ctypes.data)
        """,
        "True",
    ),
    "a fitted model": (
        """
        from sklearn.linear_model import LinearRegression
        model = LinearRegression().fit([[0], [1]], [0, 1])
        score = model.score([[0], [1]], [0, 1])
        seen = weakref.ref(model)
        del model
        print(score, seen() is None)
        """,
        "1.0 True",
    ),
    "the data of a fit": (
        """
        import numpy as np
        from sklearn.linear_model import LinearRegression
        X, y = np.ones((4, 1)), np.ones(4)
        model = LinearRegression().fit(X, y)
        seen = weakref.ref(X)
        del X
        print(seen() is None)
        """,
        "True",
    ),
    "a figure that is closed": (
        """
        import matplotlib
        matplotlib.use('agg')
        from matplotlib import pyplot as plt
        figure = plt.figure()
        seen = weakref.ref(figure)
        plt.close(figure)
        del figure
        gc.collect()
        print(seen() is None)
        """,
        "True",
    ),
}


@pytest.fixture(scope="module")
def sides():
    """One pair for all: each test begins with no name of another's."""
    with pair() as found:
        yield found


@pytest.mark.parametrize("name", CELLS)
def test_it_lives_as_long(name, sides):
    cell, expected = CELLS[name]
    bare, tracked = sides.run(untracked(THING), cell, reset=True)
    assert (bare.printed, bare.errors) == (expected + "\n", []), "so it isn't in a bare cell"
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


@pytest.mark.parametrize("name", ["a result", "a cycle", "an array that was an argument", "a fitted model"])
def test_functions_defined_in_the_tracked_cell_keep_nothing_either(name, sides):
    cell, _ = CELLS[name]
    bare, tracked = sides.run(THING + textwrap.dedent(cell), reset=True)
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


@pytest.mark.parametrize("name", ["a fitted model", "the data of a fit"])
def test_nor_does_the_first_tracked_cell_of_a_session(name):
    """What is looked up once in a session is looked up there."""
    bare, tracked = both(untracked(THING), CELLS[name][0])
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)


def test_nothing_of_a_tracked_cell_is_kept_after_it(sides):
    """Not by notes, not by what is done later: a name that is deleted in the next cell is gone there."""
    cell = "thing = make()\nloss = use(thing)\nother = Thing(2)\nlosses = [use(t) for t in (thing, other)]\nseen = weakref.ref(thing)"
    after = untracked(
        "del thing, other\ngc.collect()\nprint(seen(), sum(isinstance(o, Thing) for o in gc.get_objects()))"
    )
    bare, tracked = sides.run(untracked(THING), cell, after, reset=True)
    assert bare.printed == tracked.printed == "None 0\n"


MEMORY = """
import os
import numpy as np
import psutil
def now():
    return psutil.Process().memory_info().rss / 1e6
def ones(mb):
    return np.ones(mb * 125_000)
def table(mb):
    import pandas as pd
    return pd.DataFrame(ones(mb).reshape(-1, 5), columns=list("abcde"))
def mean(data):
    return float(data.mean().mean())
import pandas
"""


@pytest.mark.parametrize("kind", ["ones", "table"])
def test_a_gigabyte_that_is_deleted_is_free_at_once(kind):
    cell = (
        f"began = now()\nbig = {kind}(1000)\nloss = mean(big)\nfull = now() - began\ndel big\nleft = now() - began\n"
        "print(full > 900, left < 100)"
    )
    bare, tracked = both(untracked(MEMORY), cell)
    assert bare.printed == "True True\n"
    assert tracked.printed == bare.printed, tracked.namespace


def test_a_loop_over_large_results_holds_one_at_a_time():
    cell = (
        "began, most = now(), 0.0\nfor turn in range(6):\n    big = None\n    big = ones(100)\n    loss = mean(big)\n"
        "    most = max(most, now() - began)\nprint(most < 150)"
    )
    bare, tracked = both(untracked(MEMORY), cell)
    assert bare.printed == "True\n"
    assert tracked.printed == bare.printed, tracked.namespace


def test_the_streams_of_a_cell_are_those_of_the_process():
    """A logger set up in a tracked cell says later what it is told, and holds nothing of that cell."""
    cell = (
        "import io, logging, sys\nprint(isinstance(sys.stdout, io.TextIOBase), sys.stdout.fileno(), sys.stdout.encoding)\n"
        "log = logging.getLogger('mine')\nlog.addHandler(logging.StreamHandler(sys.stdout))\nlog.warning('in the cell')"
    )
    after = untracked("log.warning('after it')\nprint(log.handlers[0].stream is sys.stdout)")
    bare, tracked = both(cell, after)
    assert bare.printed == "True 1 utf-8\nin the cell\nafter it\nTrue\n"
    assert tracked.printed == bare.printed
