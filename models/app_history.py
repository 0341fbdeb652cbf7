"""What Google's admin log tells of one SAML app: was it made, how was it changed since.

Apps have no id in the log, only a name and an entity id, and both may repeat or change (two
environments in one Workspace call their app the same; somebody corrects a typing error). So the
entity ids that one app had are joined first, then its events are read in order. Ours is the app
that ever had our entity id, or else the only one of our name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CREATE = "CREATE_SAML2_SERVICE_PROVIDER_CONFIG"
DELETE = "DELETE_SAML2_SERVICE_PROVIDER_CONFIG"
CHANGE_ACS = "CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_ACS_ENDPOINT"
CHANGE_ENTITY_ID = "CHANGE_SAML2_SERVICE_PROVIDER_CONFIG_ENTITY_ID"
NAME = "SAML2_SERVICE_PROVIDER_NAME"
ENTITY_ID = "SAML2_SERVICE_PROVIDER_ENTITY_ID"
GONE = "(the app was deleted)"


class Event(Protocol):
    """An event of the admin log."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def time(self) -> str: ...  # noqa: D102
    @property
    def actor(self) -> str: ...  # noqa: D102
    @property
    def parameters(self) -> Mapping[str, str]: ...  # noqa: D102


@dataclass
class App:
    """One app, as far as the log goes back. Empty texts were never told.

    `since` and `changed` are the times of the first and the last event.
    """

    since: str
    changed: str = ""
    entity_id: str = ""
    acs_url: str = ""
    deleted: bool = False

    @property
    def observed(self) -> dict[str, str]:
        """The service provider's values that are known, by the names of the record."""
        if self.deleted:
            return {"sp_entity_id": GONE}
        values = {"acs_url": self.acs_url, "sp_entity_id": self.entity_id}
        return {name: value for name, value in values.items() if value}


def our_app(events: Iterable[Event], entity_id: str | None) -> App | None:
    """Our app among all of its name (events oldest first), or None if it can't be told."""
    told = list(events)
    same = _joined_entity_ids(told)
    apps: dict[str, App] = {}
    for event in told:
        key = same.get(event.parameters.get(ENTITY_ID, ""), event.parameters.get(ENTITY_ID, ""))
        _take_in(apps, key, event)
    ours = apps.get(same.get(entity_id or "", entity_id or ""))
    if ours:
        return ours
    alive = [app for app in apps.values() if not app.deleted]
    return alive[0] if len(alive) == 1 else None


def _joined_entity_ids(events: list[Event]) -> dict[str, str]:
    """Entity id → the last one that the same app was given."""
    same: dict[str, str] = {}
    for event in events:
        old, new = event.parameters.get("OLD_VALUE"), event.parameters.get("NEW_VALUE")
        if event.name == CHANGE_ENTITY_ID and old and new:
            former = [key for key, last in same.items() if last == old]
            same |= dict.fromkeys([*former, old, new], new)
    return same


def _take_in(apps: dict[str, App], key: str, event: Event) -> None:
    new = event.parameters.get("NEW_VALUE", f"(changed by {event.actor})")
    if event.name == CREATE or key not in apps:
        apps[key] = App(event.time)
    app = apps[key]
    app.changed = event.time
    if event.name == CREATE:
        app.entity_id = event.parameters.get(ENTITY_ID, "")
    elif event.name == CHANGE_ENTITY_ID:
        app.entity_id = new
    elif event.name == CHANGE_ACS:
        app.acs_url = new
    elif event.name == DELETE:
        app.deleted = True
