"""The pretend world: one store, one clock, one set of switches, shared by all rooms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock import Clock
from sandbox.store import Store

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class Options:
    """Switches of the world, set at `/_sandbox/options`. All durations in seconds.

    Defaults are the vendors' documented behaviour, or the likeliest one where nobody knows
    (the parity table says which).
    """

    latency: float = 0.0
    propagation_delay: float = 0.0
    reports_delay: float = 0.0
    directory_quota_per_minute: int = 2400
    new_user_delay: float = 0.0  # reads 404, writes 412
    fields_in_use_are_kept: bool = False  # 500 for a schema or field that holds values
    access_changes_are_logged: bool = False  # User access ON/OFF, in the admin log
    lists_inactive_connections: bool = True
    unset_attributes_are_empty: bool = False
    requires_signed_response: bool = True
    clock_skew: float = 60.0
    name_id_policy: str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
    accepts_idp_initiated: bool = True
    unknown_roles_are_kept: bool = True
    popup_box_writes_configuration: bool = True
    finish_needs_a_login: bool = True  # of the migration to enhanced SSO


@dataclass
class World:
    """Everything a room may touch. `base` is the address a browser reaches the sandbox under."""

    base: str
    state_dir: Path
    store: Store = field(default_factory=Store)
    clock: Clock = field(default_factory=Clock)
    options: Options = field(default_factory=Options)
    faults: list[dict[str, Any]] = field(default_factory=list)
    next_login_faults: list[dict[str, Any]] = field(default_factory=list)

    def set_clock(self, offset_seconds: float) -> None:
        """Move the world's time relative to real time."""
        self.clock.offset = timedelta(seconds=offset_seconds)


def new_sid(prefix: str) -> str:
    """A Twilio sid: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)
