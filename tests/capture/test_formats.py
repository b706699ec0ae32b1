"""What is saved can be loaded: each format gives back a model that predicts what the saved one did."""

from __future__ import annotations

import os
import sys
from importlib import metadata

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from mlnb.capture import formats, models
from mlnb.errors import UnsafeModel, UsageError

X = np.random.default_rng(0).normal(size=(60, 3))
y = (X[:, 0] > 0).astype(int)


def catboost(kind: str, target, **settings):
    library = pytest.importorskip("catboost")
    model = getattr(library, kind)(iterations=3, verbose=0, allow_writing_files=False, **settings)
    return model.fit(X, target)


def ranker():
    library = pytest.importorskip("catboost")
    model = library.CatBoostRanker(iterations=3, verbose=0, allow_writing_files=False)
    return model.fit(X, y, group_id=np.arange(60) // 10)


def keras():
    os.environ.setdefault("KERAS_BACKEND", "jax")
    keras = pytest.importorskip("keras")
    return keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2), keras.layers.Dense(1)])


def booster(library: str):
    module = pytest.importorskip(library)
    if library == "lightgbm":
        return module.train({"verbose": -1}, module.Dataset(X, y), 3)
    return module.train({}, module.DMatrix(X, y), 3)


def of(library: str, kind: str, **settings):
    return getattr(pytest.importorskip(library), kind)(**settings).fit(X, y)


MADE = {
    "skops": lambda: RandomForestClassifier(5, random_state=0).fit(X, y),
    "skops of xgboost": lambda: of("xgboost", "XGBClassifier", n_estimators=3),
    "skops of lightgbm": lambda: of("lightgbm", "LGBMRegressor", n_estimators=3, verbose=-1),
    "booster of lightgbm": lambda: booster("lightgbm"),
    "booster of xgboost": lambda: booster("xgboost"),
    "catboost, a classifier": lambda: catboost("CatBoostClassifier", y),
    "catboost, three classes": lambda: catboost("CatBoostClassifier", np.arange(60) % 3),
    "catboost, a regressor": lambda: catboost("CatBoostRegressor", X[:, 1]),
    "catboost, a ranker": ranker,
    "keras": keras,
    "cloudpickle": lambda: make_pipeline(FunctionTransformer(lambda a: a * 2), LinearRegression()).fit(X, y),
}


@pytest.mark.parametrize("name", MADE)
def test_a_model_comes_back_and_predicts_the_same(name):
    model = MADE[name]()
    saved = models.serialise(model)
    assert saved.format == name.split()[0].rstrip(",")
    loaded = formats.load(saved.data, saved.format, trusted=saved.metadata["unsafe"], reference="it")
    ask = sys.modules["xgboost"].DMatrix(X) if name == "booster of xgboost" else X
    np.testing.assert_allclose(loaded.predict(ask), model.predict(ask), rtol=1e-6)
    assert type(loaded) is type(model)


def test_weights_of_a_torch_module_come_back():
    torch = pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.Linear(2, 1))
    saved = models.serialise(net)
    assert saved.format == "safetensors"
    weights = formats.load(saved.data, "safetensors", trusted=False, reference="it")
    assert {name: value.tolist() for name, value in weights.items()} == {
        name: value.tolist() for name, value in net.state_dict().items()
    }


def test_keras_refuses_code_in_a_file_until_it_is_trusted():
    model = keras()
    library = sys.modules["keras"]
    model = library.Sequential([library.layers.Input((3,)), library.layers.Lambda(lambda a: a * 2)])
    saved = models.serialise(model)
    with pytest.raises(UnsafeModel, match="trusted=True"):
        formats.load(saved.data, "keras", trusted=False, reference="it")
    loaded = formats.load(saved.data, "keras", trusted=True, reference="it")
    np.testing.assert_allclose(loaded.predict(X), X * 2, rtol=1e-6)


def test_every_format_but_cloudpickle_and_what_is_imported_is_safe():
    assert [form.name for form in formats.known() if form.unsafe] == ["cloudpickle", "mlflow"]


def test_a_format_of_a_package_that_cannot_load_is_not_used_to_save(tmp_path, monkeypatch):
    (tmp_path / "odd.py").write_text(
        "class Half:\n    name, media_type, unsafe = 'half', 'x/half', False\n"
        "    def takes(self, model):\n        return True\n    def dump(self, model):\n        return b'half'\n"
        "class Whole(Half):\n    name = 'whole'\n    def load(self, data, trusted, reference):\n        return data\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    points = [metadata.EntryPoint(name, f"odd:{name}", "mlnb.serialisers") for name in ("Half", "Whole")]
    monkeypatch.setattr(metadata, "entry_points", lambda group: points)
    formats.of_others.cache_clear()
    try:
        assert models.serialise({"a": 1}).format == "whole"
        assert formats.load(b"x", "whole", trusted=False, reference="it") == b"x"
    finally:
        monkeypatch.undo()
        formats.of_others.cache_clear()


def test_a_format_that_is_not_known_is_named():
    with pytest.raises(UsageError, match="'skop', which this version of mlnb can't load"):
        formats.load(b"", "skop", trusted=True, reference="it")
