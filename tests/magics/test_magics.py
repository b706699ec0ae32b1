"""What the magics say and do. Real IPython."""

from __future__ import annotations

import json

import pytest

import mlnb
from mlnb import magics
from mlnb.errors import UsageError
from mlnb.magics import runline, track
from mlnb.store import Store, query


def test_all_options_of_the_line():
    options = track.options_of(
        'mine -e exp -p "a, b,!c" -m loss -d df -t team=x -t ci --note "two words" --no-models --no-figures --quiet'
    )
    assert (options.name, options.experiment, options.note) == ("mine", "exp", "two words")
    assert (options.params.add, options.params.drop) == (("a", "b"), ("c",))
    assert options.tags == {"team": "x", "ci": ""}
    assert (options.models, options.figures, options.quiet) == (False, False, True)


def test_a_wrong_option_is_one_line_with_the_right_one_and_nothing_runs(shell, capsys):
    result = shell.run_cell("%%track --no-modles\nran = True")
    assert not result.success
    assert "ran" not in shell.user_ns
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--no-models" in error


def test_the_help_says_each_option_once(shell):
    track.options_of("-e exp")
    assert track.TrackMagics.track.__doc__.count("--no-models ") == 1


def test_an_unknown_command_is_one_line_with_the_nearest(shell, capsys):
    shell.run_cell("%track statsu")
    assert "did you mean 'status'?" in capsys.readouterr().err


def test_note_and_tag_go_to_the_last_run(shell, tmp_path):
    shell.run_cell("%%track --quiet\nx = 1")
    shell.run_cell("%track note it was late")
    shell.run_cell("%track tag mood=good")
    assert magics.current(shell).settle()
    store = Store.open(tmp_path / ".mlnb")
    (row,) = query.run_page(store).rows
    assert (row["note"], row["tags"]) == ("it was late", {"mood": "good"})


def test_note_without_a_run_says_what_to_do(shell, capsys):
    shell.run_cell("%track note hello")
    assert "put %%track on top of a cell" in capsys.readouterr().err


def test_status_says_what_is_tracked_and_where(shell, capsys, tmp_path):
    shell.run_cell("%track status")
    out = capsys.readouterr().out
    assert "off: only %%track cells" in out
    assert str(tmp_path / ".mlnb") in out


def test_status_in_a_tracked_cell_says_what_it_has_told(shell, capsys):
    shell.run_cell(
        "%%track --quiet going\nlr = 0.1\nfor i in range(3):\n    loss = 1 / (i + 2)\n%track status"
    )
    assert "running: going  loss 0.25 · 1 param\n" in capsys.readouterr().out
    shell.run_cell("%track status")
    assert "running:" not in capsys.readouterr().out


def test_runs_lists_and_finds(shell):
    shell.run_cell("%%track one --quiet\nlr = 0.1\nloss = sum([lr]) * 2")
    shell.run_cell("%%track two --quiet\nlr = 0.2\nloss = sum([lr]) * 2")
    assert list(shell.run_cell("%runs").result["name"]) == ["two", "one"]
    assert list(shell.run_cell("%runs params.lr < 0.15").result["name"]) == ["one"]


def test_a_query_that_cannot_be_read_is_one_line(shell, capsys):
    shell.run_cell("%%track --quiet\nx = 1")
    shell.run_cell("%runs params.lr <")
    error = capsys.readouterr().err
    assert error.startswith("UsageError: ")
    assert error.count("\n") == 1


def test_sql_is_shown_or_named(shell):
    shell.run_cell("%%track --quiet\nlr = 0.25\nloss = sum([lr]) * 1.0")
    assert shell.run_cell("%%runs_sql\nSELECT name, number FROM params").result.iloc[0].tolist() == [
        "lr",
        0.25,
    ]
    shell.run_cell("%%runs_sql table\nSELECT count(*) AS n FROM runs")
    assert shell.user_ns["table"]["n"].tolist() == [1]


def test_compare_needs_two_names(shell, capsys):
    shell.run_cell("%compare one")
    assert "two runs or more" in capsys.readouterr().err


def test_compare_shows_two_runs(shell):
    for name, rate in (("one", 0.1), ("two", 0.2)):
        shell.run_cell(f"%%track {name} --quiet\nlr = {rate}\nloss = sum([lr]) * 2")
    assert isinstance(shell.run_cell("%compare one two").result, mlnb.Comparison)


def test_the_run_line_has_three_forms_and_the_change(shell):
    shell.run_cell("%%track\nloss = sum([3]) / 2")
    shell.run_cell("%%track\nloss = sum([3]) / 2")
    shell.user_ns["n"] = 1
    finished = magics.current(shell).last
    bundle = runline.bundle(finished)
    assert set(bundle) == {"application/vnd.mlnb.run+json", "text/html", "text/plain"}
    data = json.loads(json.dumps(bundle["application/vnd.mlnb.run+json"]))
    assert data["version"] == 1
    assert data["metrics"] == [{"name": "loss", "value": 1.5, "previous": 1.5}]
    assert data["counts"]["metrics"] == 1
    assert data["previous"]["name"] == finished.previous.name


def test_the_plain_line_shows_the_change(shell, capsys):
    shell.user_ns["n"] = 3
    cell = "%%track\nloss = sum([n]) / 2"
    shell.run_cell(cell)
    shell.user_ns["n"] = 4
    shell.run_cell(cell)
    assert "loss 2 (+0.5)" in capsys.readouterr().out


def test_quiet_shows_nothing(shell, capsys):
    shell.run_cell("%%track --quiet\nx = 1")
    assert capsys.readouterr().out == ""


def test_help_names_every_option(shell):
    text = track.TrackMagics.track.__doc__
    for option in (
        "--experiment",
        "--params",
        "--metrics",
        "--data",
        "--tag",
        "--note",
        "--no-models",
        "--into",
    ):
        assert option in text


def test_outside_ipython_the_message_is_clear():
    with pytest.raises(UsageError, match=r"with mlnb\.run\(\)"):
        mlnb.load_ipython_extension(None)


def test_the_magic_called_by_name_tracks_too(shell, tmp_path):
    shell.run_cell("get_ipython().run_cell_magic('track', 'direct --quiet', 'loss = sum([1]) / 4')")
    assert magics.current(shell).settle()
    (row,) = query.run_page(Store.open(tmp_path / ".mlnb")).rows
    assert (row["name"], row["metrics"]) == ("direct", {"loss": 0.25})


def test_an_error_of_ours_shows_the_users_own_lines_only(shell, capsys):
    shell.run_cell("import mlnb\nwith mlnb.run('r', params={'depth': 3}): pass\nmlnb.runs('params.dpth > 3')")
    shown = capsys.readouterr().out
    assert "mlnb.runs('params.dpth > 3')" in shown
    assert "did you mean depth?" in shown
    assert "records.py" not in shown
