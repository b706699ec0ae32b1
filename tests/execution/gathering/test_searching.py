"""Which executions make the notebook."""

from __future__ import annotations

import time

from mlnb.execution.gathering.searching import Search, Trial
from mlnb.execution.replay import Execution


class Kernel:
    """Stands for executing: what must be there to hold, and the names that are lacking else."""

    def __init__(self, *needed: int, lacking: str = "") -> None:
        self.needed, self.lacking, self.tried = set(needed), lacking, list[tuple[int, ...]]()
        self.warm_needs = self.needed

    def __call__(self, places: tuple[int, ...], plain: bool, warm: bool) -> Trial:
        self.tried.append(places)
        holds = self.needed <= set(places) or (warm and self.warm_needs <= set(places))
        error = "" if holds or not self.lacking else f"NameError: name '{self.lacking}' is not defined"
        return Trial(
            places, holds, verdict="a verdict" if not error else None, error=error, plain=plain, warm=warm
        )


def found(kernel: Kernel, *sources: str, seconds: float = 9, **more: bool) -> tuple[int, ...]:
    done = [Execution(at, source) for at, source in enumerate(sources)]
    return Search(done, kernel, lambda _: None, time.monotonic() + seconds, **more).run().places


def test_a_slice_that_holds_is_the_first_that_is_tried() -> None:
    kernel = Kernel(0, 2)
    assert found(kernel, "a = 1", "b = 2", "print(a)", fast=True) == (0, 2)
    assert kernel.tried == [(0, 2)]


def test_it_grows_by_what_wrote_the_name_that_is_lacking() -> None:
    kernel = Kernel(0, 1, 3, lacking="c")
    assert found(kernel, "k = 1", "c = k", "b = 2", "print(vars()[name])", fast=True) == (0, 1, 3)
    assert len(kernel.tried) == 2


def test_at_last_everything_is_tried() -> None:
    assert found(Kernel(0, 1, 2), "a()", "b()", "print(1)", fast=True) == (0, 1, 2)


def test_what_does_not_matter_is_left_out_again() -> None:
    sources = ["df = f()", *("df['x'] = 1" for _ in range(8)), "print(df)"]
    assert found(Kernel(0, 5, 9), *sources) == (0, 5, 9)


def test_what_is_taken_has_held_in_a_kernel_that_started_from_nothing() -> None:
    sources = ["df = f()", *("df['x'] = 1" for _ in range(4)), "print(df)"]
    kernel = Kernel(0, 3, 5)
    assert found(kernel, *sources) == (0, 3, 5)
    assert kernel.tried[-1] == (0, 3, 5)
    kernel.warm_needs = {0, 5}  # a module that only the warm kernel has
    assert found(kernel, *sources) == (0, 1, 2, 3, 4, 5)


def test_what_would_lack_a_name_is_not_tried() -> None:
    kernel = Kernel(0, 1, 2)
    found(kernel, "a = 1", "b = a", "print(b)")
    assert kernel.tried == [(0, 1, 2)]


def test_no_time_is_no_shrinking() -> None:
    kernel = Kernel(0, 9)
    sources = ["df = f()", *("df['x'] = 1" for _ in range(8)), "print(df)"]
    assert len(found(kernel, *sources, seconds=-1)) == 10


def test_an_interrupt_keeps_the_best_so_far() -> None:
    def attempt(places: tuple[int, ...], plain: bool, warm: bool) -> Trial:
        if len(places) < 3:
            raise KeyboardInterrupt
        return Trial(places, holds=True, verdict="a verdict")

    done = [Execution(at, source) for at, source in enumerate(["df = f()", "df['x'] = 1", "print(df)"])]
    assert Search(done, attempt, lambda _: None, time.monotonic() + 9).run().places == (0, 1, 2)
