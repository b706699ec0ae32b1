"""A tracked cell runs the user's code as often as a bare one: nothing of an object is asked that would run its class's code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from sides import pair


@pytest.fixture(scope="module")
def sides():
    with pair() as found:
        yield found


CELLS = {
    "an estimator of one's own": """
        from sklearn.base import BaseEstimator
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        class Mine(BaseEstimator):
            def __init__(self, depth=3):
                self.depth = depth
            def get_params(self, deep=True):
                print("get_params")
                return {"depth": self.depth}
            def set_params(self, **given):
                return self
            @property
            def classes_(self):
                print("classes_")
                return [0, 1]
            @property
            def feature_names_in_(self):
                print("feature_names_in_")
                return ["a"]
            def fit(self, X, y=None):
                self.mean_ = 0.5
                return self
            def score(self, X, y):
                return 0.5
        model = Mine(depth=5).fit([[1]], [1])
        print(model.score([[1]], [1]))
        pipe = make_pipeline(StandardScaler(), Mine(depth=4))
        """,
    "a parameter of one's own in a library's estimator": """
        from sklearn.linear_model import Ridge
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import FunctionTransformer
        class Step:
            def __call__(self, X):
                return X
            def __repr__(self):
                print("repr")
                return "Step()"
            def __eq__(self, other):
                print("eq")
                return self is other
            __hash__ = None
        model = make_pipeline(FunctionTransformer(Step()), Ridge()).fit([[1.0], [2.0]], [1.0, 2.0])
        r2 = model.score([[1.0], [2.0]], [1.0, 2.0])
        """,
    "a class whose class is one's own": """
        class Meta(type):
            @property
            def __module__(cls):
                print("module asked")
                return "sklearn.svm"
            def __instancecheck__(cls, thing):
                print("instance asked")
                return False
        class Model(metaclass=Meta):
            def fit(self, X):
                return self
        def make():
            return Model()
        model = make().fit([1])
        """,
    "a property": """
        class Result:
            @property
            def history(self):
                print("history asked")
                return {}
            @property
            def best_params_(self):
                print("best_params_ asked")
        def train():
            return Result()
        result = train()
        score = max([0.5, 0.25])
        """,
    "__getattr__ and __getattribute__": """
        class Proxy:
            def __getattribute__(self, name):
                print("asked for", name)
                return object.__getattribute__(self, name)
            def fit(self, X):
                return self
        model = Proxy().fit([1])
        def use(model):
            return 0.5
        score = use(model)
        """,
    "a mock": """
        from unittest.mock import MagicMock
        client = MagicMock()
        def make():
            return client
        found = make()
        found.fit(1)
        loss = found.score(2)
        print(client.mock_calls, sorted(client._mock_children))
        """,
    "a dictionary of one's own": """
        class Loud(dict):
            def items(self):
                print("items")
                return super().items()
            def __iter__(self):
                print("iter")
                return super().__iter__()
            def __len__(self):
                print("len")
                return super().__len__()
            def __getitem__(self, key):
                print("getitem")
                return super().__getitem__(key)
        def make():
            return Loud(loss=0.5)
        metrics = make()
        config = Loud(lr=0.1)
        """,
    "a list and a number of one's own": """
        class Listed(list):
            def __iter__(self):
                print("iter")
                return super().__iter__()
            def __len__(self):
                print("len")
                return super().__len__()
        class Amount(float):
            def __float__(self):
                print("float")
                return 1.0
            def __eq__(self, other):
                print("eq")
                return True
            __hash__ = float.__hash__
        losses = Listed([0.5, 0.25])
        loss = Amount(0.5)
        for step in range(3):
            loss = Amount(0.5)
        """,
    "repr, str, bool and len": """
        class Touchy:
            def __repr__(self):
                print("repr")
                return "touchy"
            __str__ = __repr__
            def __bool__(self):
                print("bool")
                return True
            def __len__(self):
                print("len")
                return 1
            def __array__(self, *rest, **more):
                print("array")
                import numpy as np
                return np.zeros(1)
        def use(x, y=None):
            return x
        thing = use(Touchy(), y=Touchy())
        things = [use(t) for t in [thing]]
        """,
    "an iterator": """
        def numbers():
            for i in range(3):
                print("asked", i)
                yield i
        def make():
            return numbers()
        it = make()
        first = next(it)
        rest = zip(it, [1, 2])
        print("end", first)
        """,
    "a lazy array of dask's": """
        import dask, dask.array
        from sklearn.dummy import DummyRegressor
        counts = []
        def block(x):
            counts.append(1)
            return x
        x = dask.array.ones((4, 1), chunks=4).map_blocks(block, dtype=float, meta=__import__("numpy").ones((0, 0)))
        def use(x):
            return x
        lazy = use(x)
        print(len(counts))
        with dask.config.set(scheduler="synchronous"):
            found = lazy.compute()
        print(len(counts))
        """,
    "a memory map": """
        import numpy as np
        class Map(np.memmap):
            def __array_finalize__(self, other):
                super().__array_finalize__(other)
            def tobytes(self, *rest):
                print("tobytes")
                return super().tobytes(*rest)
        m = Map("a.bin", dtype="float64", mode="w+", shape=(4,))
        def use(x):
            return x
        loss = float(use(m)[0])
        """,
    "what is a metaclass's": """
        class Meta(type):
            def __instancecheck__(cls, one):
                print("instancecheck")
                return False
            def __getattr__(cls, name):
                print("class asked for", name)
                raise AttributeError(name)
        class Odd(metaclass=Meta):
            pass
        def make(kind):
            return kind()
        thing = make(Odd)
        """,
}


@pytest.mark.parametrize("name", CELLS)
def test_the_users_code_runs_as_often(sides, name):
    bare, tracked = sides.run(CELLS[name], reset=True, names=False)
    assert bare.errors == []
    assert (tracked.printed, tracked.errors) == (bare.printed, bare.errors)
