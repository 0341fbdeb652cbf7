"""The figures of `make torture`, by name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from tools.torture import hostile
from tools.torture.crashes import crashes as kill_at_points
from tools.torture.figure import Figure, Scope
from tools.torture.matrix import Matrix
from tools.torture.place import place

SLICE = 120


def faults(scope: Scope) -> Figure:
    """The matrix, in an order that is drawn: whatever the time is enough for is a fair slice."""
    figure = Figure("faults of vendors and network (resource by call by fault)")
    with place() as world, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        matrix = Matrix(world)
        cases = list(matrix.cases())
        drawn = scope.draw().sample(cases, SLICE if scope.short else len(cases))
        for case in scope.within(drawn):
            figure.add(case, matrix.run(case))
    figure.what += f", of {len(cases):,}"
    return figure


def crashes(scope: Scope) -> Figure:
    """kill -9 at 200 points, 20 in the short run."""
    return kill_at_points(scope, points=20 if scope.short else 200)


FIGURES: dict[str, Callable[[Scope], Figure]] = {
    "hostile": hostile.named,
    "fuzz": hostile.fuzz,
    "faults": faults,
    "crashes": crashes,
}
