"""The figures of `make torture`, by name."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from tools.torture import hostile
from tools.torture.crashes import crashes as kill_at_points
from tools.torture.figure import Figure
from tools.torture.matrix import Matrix
from tools.torture.place import place

SHORT, FULL = 120, 1500


def faults(*, short: bool, seed: int) -> Figure:
    """A slice of the matrix: so many cases, drawn evenly."""
    figure = Figure("faults of vendors and network (resource by call by fault)")
    with place() as world, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        matrix = Matrix(world)
        cases = list(matrix.cases())
        wanted = min(SHORT if short else FULL, len(cases))
        for case in random.Random(seed).sample(cases, wanted):  # noqa: S311  a draw, no secret
            figure.add(case, matrix.run(case))
    figure.what += f", of {len(cases):,}"
    return figure


def crashes(*, short: bool, seed: int) -> Figure:
    """kill -9 at so many points."""
    return kill_at_points(points=20 if short else 200, seed=seed)


FIGURES: dict[str, Callable[..., Figure]] = {
    "hostile": hostile.named,
    "fuzz": hostile.fuzz,
    "faults": faults,
    "crashes": crashes,
}
