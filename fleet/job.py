"""`Job`: one stack's turn, as it travels from the pool to the process that does it."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from fleet.verb import Verb


class Job(BaseModel):
    """What to do, and the whole environment to do it in (this stack's credentials, no others').

    `look` names the function that verifies, `module:function`. It holds secrets: never to be
    printed, hence no `repr` of the environment.
    """

    model_config = ConfigDict(frozen=True)

    stack: str
    verb: Verb
    project: Path
    environment: dict[str, str] = Field(repr=False)
    look: str = ""
    timeout: float = 0.0
