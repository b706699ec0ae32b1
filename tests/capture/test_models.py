"""A model's file gives the same predictions back, in the safest format there is."""

from __future__ import annotations

import io
import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from mlnb.capture import estimators, models

X = np.random.default_rng(0).normal(size=(60, 3))
y = X[:, 0] > 0


@pytest.mark.parametrize(
    "model", [SVC(), RandomForestClassifier(5), make_pipeline(StandardScaler(), SVC(C=2))]
)
def test_scikit_learn_models_are_kept_by_skops(model):
    saved = models.serialise(model.fit(X, y))
    assert (saved.format, saved.metadata["unsafe"]) == ("skops", False)
    again = skops.io.loads(saved.data, trusted=skops.io.get_untrusted_types(data=saved.data))
    assert (again.predict(X) == model.predict(X)).all()


def test_what_skops_cannot_vouch_for_is_marked_unsafe():
    model = make_pipeline(FunctionTransformer(lambda a: a * 2), SVC()).fit(X, y)
    saved = models.serialise(model)
    assert (saved.format, saved.metadata["unsafe"]) == ("cloudpickle", True)
    assert (pickle.load(io.BytesIO(saved.data)).predict(X) == model.predict(X)).all()


def test_a_model_over_the_limit_is_refused_with_its_size():
    with pytest.raises(models.TooLargeError, match="over the limit of 100"):
        models.serialise(SVC().fit(X, y), limit=100)


def test_signature_classes_versions_and_text():
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    metadata = models.serialise(SVC(C=3).fit(frame, y), input_example=frame).metadata
    assert metadata["signature"]["inputs"] == [{"name": n, "type": "float64"} for n in "abc"]
    assert metadata["signature"]["outputs"] == {"type": "class", "classes": ["False", "True"]}
    assert metadata["text"] == "SVC(C=3)"
    assert set(metadata["versions"]) == {"python", "scikit-learn"}


def test_settings_are_what_differs_from_the_defaults():
    assert estimators.settings(SVC(C=2.0, kernel="rbf")) == {"C": 2.0}
    pipe = make_pipeline(StandardScaler(with_mean=False), SVC(C=5))
    assert {k: v for k, v in estimators.settings(pipe).items() if "." in k} == {
        "standardscaler.with_mean": False,
        "svc.C": 5,
    }


def test_what_is_an_estimator():
    assert estimators.is_estimator(LinearRegression())
    assert not estimators.is_estimator(LinearRegression)
    assert not estimators.is_estimator(np.zeros(3))
