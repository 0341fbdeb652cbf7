"""What is known of a stack that goes to enhanced SSO, and what a step on the way is made of."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from models.endpoints import Endpoints
from models.flex import Generation, SpSettings, Way
from models.handoff import Handoff, HandoffStep
from models.phase import Phase
from models.rotation import RotationStep


class Before(BaseModel):
    """What was there before: kept in `stacks/<stack>/migration.json` for the way back.

    `way` is known once the stack names it, `enhanced_since` once enhanced SSO was seen in use.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    noted_at: datetime
    sp: SpSettings
    app_name: str
    way: Way | None = None
    enhanced_since: datetime | None = None


class Setting(BaseModel):
    """A key of the stack: its value, or where it is read from. Neither: the key is taken out.

    `read_from` is the label of what a console shows; what counts there comes after `after`.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    value: str = ""
    read_from: str = ""
    after: str = ""


class MigrationStep(RotationStep):
    """A step with all that is needed to do it.

    `visits` are what to click and paste, as in a hand-off (left out until an `up` has written it),
    `settings` the keys of the stack to set, `commands` what to run then.
    """

    visits: list[HandoffStep] = Field(default_factory=list)
    settings: list[Setting] = Field(default_factory=list)
    commands: list[str] = Field(default_factory=list)


class EnhancedFacts(BaseModel):
    """What is known. `before` is None where no migration was begun; `migration` is what the stack
    says of it; `phase` and `handoff` are those of the last `up`; `second_app_seen` is whether
    Google's admin log has shown the app of the record.
    """

    model_config = ConfigDict(frozen=True)

    stack: str
    account_sid: str
    app_name: str
    generation: Generation
    recorded_generation: Generation | None
    migration: Way | None
    ui_version: str
    before: Before | None
    phase: Phase | None
    moving: bool = False
    second_app_seen: bool = False
    handoff: Handoff | None = None
    endpoints: Endpoints = Endpoints()
    now: datetime

    @property
    def recorded(self) -> bool:
        """Whether the last `up` was for the generation that the stack names."""
        return self.recorded_generation is self.generation

    @property
    def in_use(self) -> bool:
        """Whether Flex was seen to sign people in as the stack says."""
        return self.recorded and not self.moving and self.phase in {Phase.ACTIVE, Phase.VERIFIED}
