"""Random numbers come again."""

# ruff: noqa: NPY002 - the legacy generator is what this is about

from __future__ import annotations

import random

import numpy as np

from mlnb.capture import chance


def test_what_is_set_back_comes_again():
    looker = chance.Chance()
    random.gauss(0, 1)
    np.random.normal()
    states = chance.joined(looker.look(), {})
    first = [random.gauss(0, 1), random.random(), *np.random.normal(size=3), np.random.rand()]
    chance.restore(states)
    assert [random.gauss(0, 1), random.random(), *np.random.normal(size=3), np.random.rand()] == first


def test_only_what_changed_is_told():
    looker = chance.Chance()
    looker.look()
    assert looker.look() == {}
    np.random.rand()
    assert set(looker.look()) == {"numpy"}


def test_a_number_from_the_same_block_costs_a_few_bytes_and_a_new_block_less_than_4_KB():
    looker = chance.Chance()
    np.random.seed(0)
    np.random.rand(2)
    states = chance.joined(looker.look(), {})
    np.random.rand(2)
    few = looker.look()
    assert sum(map(len, few.values())) < 50
    states = chance.joined(few, states)
    expected = np.random.rand(3).tolist()
    assert len(looker.look()["numpy"]) < 50
    np.random.rand(1000)
    assert len(looker.look()["numpy"]) < 4000
    chance.restore(states)
    assert np.random.rand(3).tolist() == expected


def test_a_generator_without_a_seed_is_made_again_from_its_entropy():
    source = "%matplotlib inline\nrng = np.random.default_rng()\nold = np.random.RandomState(None)\nseeds = np.random.SeedSequence()\ngiven = np.random.default_rng(3)"
    namespace = {"np": np}
    exec(source.partition("\n")[2], namespace)
    entropy = chance.entropies(namespace, ["rng", "old", "seeds", "given", "np"])
    assert set(entropy) == {"rng", "old", "seeds"}
    again = {"np": np}
    exec(chance.seeded(source, entropy).partition("\n")[2], again)
    for draw in (lambda n: n["rng"].normal(), lambda n: n["old"].rand(), lambda n: n["seeds"].entropy):
        assert draw(again) == draw(namespace)


def test_nothing_is_imported_for_it(tmp_path):
    import subprocess
    import sys

    code = "import sys, mlnb.capture.chance as c; c.Chance().look(); c.entropies({}, ['a']); print('numpy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout
        == "False\n"
    )


def test_a_state_can_be_written_as_python():
    looker = chance.Chance()
    random.gauss(0, 1)
    np.random.normal()
    states = chance.joined(looker.look(), {})
    first = [random.gauss(0, 1), random.random(), *np.random.normal(size=3)]
    exec(chance.as_code({name: states[name] for name in ("python", "numpy")}), {})
    assert [random.gauss(0, 1), random.random(), *np.random.normal(size=3)] == first


def test_a_cell_that_imports_numpy_and_draws_has_the_state_that_it_began_with():
    import subprocess
    import sys

    code = (
        "import json, sys, mlnb.capture.chance as c; k = c.Chance(); k.look(); k.born()\n"
        "import numpy as np; x = np.random.normal(size=3).tolist(); k.look()\n"
        "c.restore(k.born()); print(x == np.random.normal(size=3).tolist())"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout
        == "True\n"
    )
