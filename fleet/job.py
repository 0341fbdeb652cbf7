"""`Job`: one stack's turn, as it travels from the pool to the process that does it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from fleet.credentials import environment_of
from fleet.processes import MARK, mark_of
from fleet.verb import Verb

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fleet.tenants import FleetStack


class Job(BaseModel):
    """What to do, and the whole environment to do it in (this stack's credentials, no others').

    `look` names the function that verifies, `module:function`; `mistake` says why nothing can be
    done, if so; `gone` are machines whose locks on this stack are stale. It holds secrets: never to
    be printed, hence no `repr` of the environment.
    """

    model_config = ConfigDict(frozen=True)

    stack: str
    verb: Verb
    project: Path
    environment: dict[str, str] = Field(repr=False)
    look: str = ""
    timeout: float = 0.0
    mistake: str = ""
    gone: tuple[str, ...] = ()


def job_of(  # noqa: PLR0913  a stack's turn, and where it is done
    stack: FleetStack,
    verb: Verb,
    *,
    project: Path,
    environment: Mapping[str, str],
    credentials: Iterable[str],
    look: str = "",
    timeout: float = 0.0,
    gone: tuple[str, ...] = (),
) -> Job:
    """A stack's turn, with the environment without all `credentials` that are not its own."""
    own = environment_of(stack, environment, credentials)
    return Job(
        stack=stack.name,
        verb=verb,
        project=project,
        environment={**own, MARK: mark_of(project, stack.name)},
        look=look,
        timeout=timeout,
        mistake=stack.mistake,
        gone=gone,
    )
