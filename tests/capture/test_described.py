"""Data as a cell's calls get it, again and again."""

from __future__ import annotations

import numpy as np
import pytest

from mlnb.capture.budget import Budget
from mlnb.capture.described import Describer
from mlnb.capture.fingerprints import fingerprint


@pytest.fixture
def describer():
    describer = Describer(Budget())
    describer.begin()
    return describer


def test_a_matrix_that_comes_again_is_what_it_was(describer):
    matrix = np.random.default_rng(0).random((50, 4))
    known = fingerprint(matrix).digest
    found = [describer.describe(matrix, name, place) for place, name in enumerate(("X", "X", "again"))]
    assert [one.digest for one in found] == [known] * 3
    assert [one.name for one in found] == ["X", "X", "again"]


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m[20].__setitem__(2, 0.5),
        lambda m: m.__setitem__((0, 0), -m[0, 0]),
        lambda m: m[:2].__setitem__(slice(None), m[1::-1].copy()),
    ],
    ids=["a number", "a sign", "two rows"],
)
def test_a_matrix_that_was_changed_in_place_is_another(describer, change):
    matrix = np.random.default_rng(0).random((50, 4))
    before = describer.describe(matrix, "X", 0)
    change(matrix)
    after = describer.describe(matrix, "X", 0)
    assert after.digest != before.digest
    assert after.digest == fingerprint(matrix).digest


@pytest.mark.parametrize(
    "other",
    [lambda m: m.view(np.int64), lambda m: m.reshape(100, 2), lambda m: m.T, lambda m: m.astype(">f8")],
    ids=["type", "shape", "order", "byte order"],
)
def test_the_same_bytes_as_another_matrix_are_another(describer, other):
    matrix = np.random.default_rng(0).random((50, 4))
    describer.describe(matrix, "X", 0)
    assert describer.describe(other(matrix), "X", 0).digest == fingerprint(other(matrix)).digest
