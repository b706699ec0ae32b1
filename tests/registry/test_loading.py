"""`load_model` gives back the real estimator, or says why it doesn't."""

from __future__ import annotations

import json
import sys

import cloudpickle
import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from mlnb import events, registry
from mlnb.capture import formats
from mlnb.errors import Corrupt, NotFound, UnsafeModel, UsageError
from mlnb.registry.ledger import replay
from mlnb.tracking import start

X, Y = load_iris(return_X_y=True)


class Homemade(BaseEstimator):
    """An estimator of the project's own: no skops file of it is safe by itself."""

    def fit(self, x, y):
        self.answer_ = y[0]
        return self

    def predict(self, x):
        return np.full(len(x), self.answer_)


def kept(project, data: bytes, form: str) -> str:
    with start(store=project.store, experiment="churn") as run:
        run.store_artifact(data, "clf", "model", "application/octet-stream", metadata={"format": form})
    return run.run_id


def test_alias_version_and_run_lead_to_the_same_estimator(project):
    run_id = project.train(c=0.3)
    registry.register(run_id, "churn", store=project.store)
    registry.promote("churn", 1, store=project.store)
    for reference in ("churn@champion", "churn/1", run_id):
        model = registry.load_model(reference, store=project.store)
        assert isinstance(model, LogisticRegression)
        assert model.C == 0.3
        np.testing.assert_array_equal(
            model.predict(X), LogisticRegression(C=0.3, max_iter=500).fit(X, Y).predict(X)
        )


@pytest.mark.parametrize(
    "model",
    [
        DecisionTreeClassifier(random_state=0),
        RandomForestClassifier(5, random_state=0),
        HistGradientBoostingClassifier(max_iter=5),
        KNeighborsClassifier(),
        MLPClassifier((4,), max_iter=5, random_state=0),
        make_pipeline(SimpleImputer(), StandardScaler(), SelectKBest(k=2), LogisticRegression(max_iter=500)),
        make_pipeline(
            make_column_transformer((OneHotEncoder(handle_unknown="ignore"), [0]), remainder="passthrough"),
            DecisionTreeClassifier(random_state=0),
        ),
        VotingClassifier([("a", LogisticRegression(max_iter=500)), ("b", DecisionTreeClassifier())]),
        GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2]}),
    ],
    ids=lambda model: type(model).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_people_train_with_scikit_learn_needs_no_trust(model):
    fitted = model.fit(X, Y)
    loaded = formats.load(skops.io.dumps(fitted), "skops", trusted=False, reference="it")
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))


def test_a_type_that_is_not_known_to_be_safe_is_refused_by_name_until_it_is_listed(project, monkeypatch):
    # skops looks a type up by its module, and tests are not importable ones.
    monkeypatch.setitem(sys.modules, Homemade.__module__, sys.modules[__name__])
    run_id = kept(project, skops.io.dumps(Homemade().fit(X, Y)), "skops")
    with pytest.raises(UnsafeModel, match="Homemade") as refused:
        registry.load_model(run_id, store=project.store)
    listed = refused.value.facts["types"]
    assert isinstance(registry.load_model(run_id, trusted=listed, store=project.store), Homemade)


def test_a_pickle_is_loaded_for_those_who_trust_it_and_runs_nothing_for_others(project, tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    run_id = kept(project, cloudpickle.dumps(Trap()), "cloudpickle")
    for trusted in (False, ["builtins.open"]):
        with pytest.raises(UnsafeModel, match="trusted=True"):
            registry.load_model(run_id, trusted=trusted, store=project.store)
    assert not (tmp_path / "sprung").exists()
    registry.load_model(run_id, trusted=True, store=project.store).close()
    assert (tmp_path / "sprung").exists()


def test_a_skops_file_that_calls_a_function_is_refused(project):
    run_id = kept(project, skops.io.dumps({"run": print}), "skops")
    loaded = registry.load_model(run_id, trusted=["builtins.print"], store=project.store)
    assert loaded == {"run": print}
    with pytest.raises(UnsafeModel, match=r"builtins\.print"):
        registry.load_model(run_id, store=project.store)


def test_one_changed_byte_is_found_before_anything_is_loaded(project):
    project.version()
    path = project.store.objects.path(replay(project.store.registry.read()).model("churn").version(1).sha256)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(Corrupt):
        registry.load_model("churn/1", trusted=True, store=project.store)


def test_an_edited_promotion_is_found_before_anything_is_loaded(project):
    for number in (1, 2):
        project.version(c=number)
        registry.promote("churn", number, store=project.store)
    file = project.store.registry.path
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    lines[-1]["to_version"] = 1
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(Corrupt, match="history is broken at promotion"):
        registry.load_model("churn@champion", store=project.store)


def test_a_version_whose_run_was_deleted_is_loaded_on_demand_only(project):
    run_id = project.train()
    registry.register(run_id, "churn", store=project.store)
    project.store.edit(run_id, events.Deleted(force=True))
    with pytest.raises(NotFound, match=r"run behind churn/1 is gone.*deleted=True"):
        registry.load_model("churn/1", store=project.store)
    assert registry.load_model("churn/1", deleted=True, store=project.store).C == 1.0


def test_a_format_that_nothing_here_can_load_is_named(project):
    run_id = kept(project, b"?", "tensorflow")
    with pytest.raises(UsageError, match="'tensorflow', which this version of mlnb can't load"):
        registry.load_model(run_id, store=project.store)


@pytest.mark.parametrize(
    ("reference", "error"),
    [
        ("churn@nobody", NotFound),
        ("churn/9", NotFound),
        ("spam@champion", NotFound),
        ("no-such-run", NotFound),
        ("churn@", UsageError),
        ("churn/one", UsageError),
        ("", UsageError),
    ],
)
def test_a_reference_that_leads_nowhere_is_named(project, reference, error):
    project.version()
    with pytest.raises(error):
        registry.load_model(reference, store=project.store)


@pytest.mark.parametrize(
    ("library", "kind", "settings"),
    [
        ("lightgbm", "LGBMClassifier", {"n_estimators": 3, "verbose": -1}),
        ("lightgbm", "LGBMRegressor", {"n_estimators": 3, "verbose": -1}),
        ("xgboost", "XGBClassifier", {"n_estimators": 3}),
        ("xgboost", "XGBRegressor", {"n_estimators": 3}),
    ],
)
def test_boosters_come_back_as_the_estimators_they_were_without_any_trust(project, library, kind, settings):
    module = pytest.importorskip(library, reason=f"needs {library}")
    fitted = getattr(module, kind)(**settings).fit(X, Y)
    with start(store=project.store) as run:
        run.model(fitted, "clf")
    loaded = registry.load_model(run.run_id, store=project.store)
    assert type(loaded) is type(fitted)
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))


@pytest.mark.parametrize("library", ["lightgbm", "xgboost"])
def test_a_bare_booster_comes_back_from_its_own_format(project, library):
    module = pytest.importorskip(library, reason=f"needs {library}")
    if library == "lightgbm":
        booster = module.train({"verbose": -1}, module.Dataset(X, Y), 3)
        data, ask = booster.model_to_string().encode(), X
    else:
        ask = module.DMatrix(X)
        booster = module.train({}, module.DMatrix(X, Y), 3)
        data = bytes(booster.save_raw(raw_format="json"))
    loaded = registry.load_model(kept(project, data, "booster"), store=project.store)
    np.testing.assert_allclose(loaded.predict(ask), booster.predict(ask), rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("sklearn.tree._tree.Tree", True),
        ("sklearn.metrics._classification.accuracy_score", True),
        ("sklearn.model_selection._split.KFold", True),
        ("sklearn.utils._testing.TempMemmap", False),
        ("sklearn.datasets._base.load_files", False),
        ("sklearn.no_such.Thing", False),
        ("scipy.stats._distn_infrastructure.rv_generic", False),
        ("numpy.load", False),
        ("builtins.eval", False),
        ("os.system", False),
        ("operator.call", False),
    ],
)
def test_what_a_file_may_name_without_trust(name, safe):
    assert formats.is_safe(name) is safe
