"""The hosts that a login at Flex passes through, enhanced and legacy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.twilio import landing, legacy, login, services

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from sandbox.world import World

PARITY = [*services.PARITY, *login.PARITY, *legacy.PARITY, *landing.PARITY]


def hosts(world: World) -> dict[str, ASGIApp]:
    """The applications by host name."""
    return {
        services.HOST: services.create_app(world),
        login.HOST: login.create_app(world),
        legacy.IAM_HOST: legacy.create_iam_app(world),
        legacy.PREVIEW_HOST: legacy.create_preview_app(world),
        landing.HOST: landing.create_app(world),
    }
