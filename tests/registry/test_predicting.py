"""`mlnb.predict` holds data against the model's signature and names every column that doesn't fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression

import mlnb
from mlnb import registry
from mlnb.errors import Corrupt, UsageError
from mlnb.registry.ledger import replay
from mlnb.tracking import start

FRAME = pd.DataFrame({"age": [20, 30, 40, 50], "income": [1.0, 2.0, 3.0, 4.0]})
TARGET = np.array([0, 0, 1, 1])


@pytest.fixture
def champion(project):
    model = LogisticRegression().fit(FRAME, TARGET)
    with start(store=project.store, experiment="churn") as run:
        run.model(model, "clf", input_example=FRAME)
    registry.register(run, "churn", store=project.store)
    registry.promote("churn", 1, store=project.store)
    return model


def predicted(project, data):
    return registry.predict("churn@champion", data, store=project.store)


def test_it_says_what_the_original_says(project, champion):
    np.testing.assert_array_equal(predicted(project, FRAME), champion.predict(FRAME))


@pytest.mark.parametrize(
    "convert",
    [
        lambda frame: frame[["income", "age"]],
        lambda frame: frame.astype({"age": "int32"}),
        lambda frame: frame.set_index(pd.Index(list("abcd"), name="customer")),
        lambda frame: pl.from_pandas(frame).select("income", "age"),
    ],
    ids=["order", "width", "index", "polars"],
)
def test_the_same_columns_in_another_guise_fit(project, champion, convert):
    np.testing.assert_array_equal(predicted(project, convert(FRAME)), champion.predict(FRAME))


@pytest.mark.parametrize(
    ("data", "facts", "message"),
    [
        (FRAME[["age"]], {"missing": ["income"]}, "lacks 'income'"),
        (FRAME.assign(city="Ulm"), {"extra": ["city"]}, "has 'city' too many"),
        (
            FRAME.rename(columns={"income": "incmoe"}),
            {"missing": ["income"], "extra": ["incmoe"]},
            "did you mean 'incmoe'",
        ),
        (
            FRAME.assign(age=["a", "b", "c", "d"]),
            {"wrong": [("age", "string", "int64")]},
            "has 'age' as string, not int64",
        ),
        (pa.table({"age": [1]}), {"missing": ["income"]}, "lacks 'income'"),
    ],
)
def test_what_does_not_fit_is_named(project, champion, data, facts, message):
    with pytest.raises(UsageError, match=message) as refused:
        predicted(project, data)
    assert {name: refused.value.facts[name] for name in facts} == facts


def test_an_array_must_have_as_many_columns(project, champion):
    with pytest.raises(UsageError, match="it has 3 columns, and the model takes 2"):
        predicted(project, np.zeros((4, 3)))


def test_a_file_that_changed_is_refused_even_after_it_was_loaded_once(project, champion):
    predicted(project, FRAME)
    (version,) = replay(project.store.registry.read()).model("churn").versions.values()
    project.store.objects.path(version.sha256).write_bytes(b"another")
    with pytest.raises(Corrupt):
        predicted(project, FRAME)


def test_a_file_is_read_once_as_long_as_it_is_the_same_file(project, champion, monkeypatch):
    predicted(project, FRAME)
    (version,) = replay(project.store.registry.read()).model("churn").versions.values()
    before = predicted(project, FRAME)
    read = []
    whole = type(project.store.objects).read
    monkeypatch.setattr(type(project.store.objects), "read", lambda *a: read.append(a) or whole(*a))
    predicted(project, FRAME)
    assert read == []
    project.store.objects.renew(version.sha256)  # somebody touched it: who knows what they did
    assert (predicted(project, FRAME) == before).all()
    assert len(read) == 1


def test_a_model_of_other_library_versions_is_warned_of(project, monkeypatch):
    assert sklearn.__version__ != "0.0.1"
    model = LogisticRegression().fit(FRAME, TARGET)
    monkeypatch.setattr("mlnb.capture.estimators.libraries", lambda _model: {"scikit-learn": "0.0.1"})
    with start(store=project.store) as run:
        run.model(model, "clf")
    with pytest.warns(UserWarning, match=rf"saved with scikit-learn 0\.0\.1, here is {sklearn.__version__}"):
        mlnb.load_model(run.run_id, store=project.store)
