"""The figures of `make torture`, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from tools.torture import hostile
from tools.torture.crashes import crashes as kill_at_points
from tools.torture.figure import Figure, Scope
from tools.torture.fuzz import fuzz
from tools.torture.large import large
from tools.torture.matrix import Case, Matrix
from tools.torture.place import place
from tools.torture.saml import saml

SLICE = 120


def faults(scope: Scope) -> Figure:
    """The matrix, in an order that is drawn: whatever the time is enough for is a fair slice."""
    figure = Figure("faults of vendors and network (resource by call by fault)")
    return _matrix(scope, figure, Matrix.cases)


def answers(scope: Scope) -> Figure:
    """The same judge for answers that are well-formed, but of another shape than documented."""
    figure = Figure("answers of vendors with one value of another kind")
    return _matrix(scope, figure, Matrix.misshapen)


def _matrix(scope: Scope, figure: Figure, of: Callable[[Matrix], Iterator[Case]]) -> Figure:
    with place() as world, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        matrix = Matrix(world)
        cases = list(of(matrix))
        drawn = scope.draw().sample(cases, SLICE if scope.short else len(cases))
        figure.asked = len(drawn)
        for case in scope.within(drawn):
            figure.add(case, matrix.run(case))
    figure.what += f", of {len(cases):,}"
    return figure


def crashes(scope: Scope) -> Figure:
    """kill -9 at 200 points, 18 in the short run: two of each verb by victim."""
    return kill_at_points(scope, points=18 if scope.short else 200)


FIGURES: dict[str, Callable[[Scope], Figure]] = {
    "hostile": hostile.named,
    "saml": saml,
    "large": large,
    "fuzz": fuzz,
    "answers": answers,
    "faults": faults,
    "crashes": crashes,
}
