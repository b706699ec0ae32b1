"""What is taken elsewhere says the same there, without mlnb."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier

from mlnb import registry
from mlnb.capture import formats
from mlnb.errors import NameTaken, UnsafeModel, UsageError
from mlnb.tracking import start

CHANCE = np.random.default_rng(0)
FRAME = pd.DataFrame({"age": CHANCE.integers(20, 60, 100), "income": CHANCE.normal(size=100)})
TARGET = (FRAME["age"] > 40).astype(int)


@pytest.fixture
def champion(project):
    model = RandomForestClassifier(5, random_state=0).fit(FRAME, TARGET)
    with start(store=project.store, experiment="churn", params={"trees": 5}) as run:
        run.metric("loss", float("nan"))
        run.model(model, "clf", input_example=FRAME)
    registry.register(run, "churn", store=project.store)
    registry.promote("churn", 1, store=project.store)
    return model


def exported(project, tmp_path, form: str):
    return registry.export("churn@champion", tmp_path / "out", format=form, store=project.store)


def test_a_folder_holds_the_model_its_card_and_what_it_needs(project, champion, tmp_path):
    folder = exported(project, tmp_path, "folder")
    loaded = formats.load((folder / "model.skops").read_bytes(), "skops", trusted=False, reference="it")
    np.testing.assert_array_equal(loaded.predict(FRAME), champion.predict(FRAME))
    known = json.loads((folder / "model.json").read_text())
    assert known["params"] == {"trees": 5}
    assert known["metrics"] == {"loss": None}
    assert [one["name"] for one in known["signature"]["inputs"]] == ["age", "income"]
    assert "scikit-learn==" in (folder / "requirements.txt").read_text()
    assert (folder / "card.md").read_text().startswith("# churn 1\n")


def test_a_skops_file_is_the_registered_one(project, champion, tmp_path):
    folder = exported(project, tmp_path, "skops")
    data = (folder / "model.skops").read_bytes()
    loaded = skops.io.loads(data, trusted=skops.io.get_untrusted_types(data=data))
    np.testing.assert_array_equal(loaded.predict(FRAME), champion.predict(FRAME))


def test_mlflow_loads_its_form_and_predicts_the_same(project, champion, tmp_path):
    pytest.importorskip("mlflow", reason="needs the extra 'mlflow'")
    folder = exported(project, tmp_path, "mlflow")
    # In a process of its own: MLflow patches and warns a good deal when it is imported.
    code = (
        "import sys, json, mlflow.pyfunc, pandas as pd\n"
        "model = mlflow.pyfunc.load_model(sys.argv[1])\n"
        "print(json.dumps([int(one) for one in model.predict(pd.read_json(sys.stdin))]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        input=FRAME.to_json(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == champion.predict(FRAME).tolist()


def test_onnx_predicts_the_same(project, champion, tmp_path):
    pytest.importorskip("skl2onnx", reason="needs skl2onnx")
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs onnxruntime")
    folder = exported(project, tmp_path, "onnx")
    session = onnxruntime.InferenceSession(folder / "model.onnx", providers=["CPUExecutionProvider"])
    (labels, *_) = session.run(None, {"input": FRAME.to_numpy(np.float32)})
    np.testing.assert_array_equal(labels, champion.predict(FRAME))


def test_a_format_that_does_not_exist_names_those_that_do(project, champion, tmp_path):
    with pytest.raises(UsageError, match="did you mean 'mlflow'"):
        exported(project, tmp_path, "mflow")


def test_nothing_that_is_there_is_written_over(project, champion, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "precious").write_text("mine")
    with pytest.raises(NameTaken, match="exists already"):
        exported(project, tmp_path, "folder")
    assert (tmp_path / "out" / "precious").read_text() == "mine"


def test_what_must_be_rebuilt_asks_for_trust_and_leaves_nothing_half_done(project, tmp_path):
    with start(store=project.store) as run:
        run.store_artifact(b"?", "clf", "model", "application/x", metadata={"format": "cloudpickle"})
    with pytest.raises(UnsafeModel):
        registry.export(run.run_id, tmp_path / "out", format="mlflow", store=project.store)
    assert not (tmp_path / "out").exists()
