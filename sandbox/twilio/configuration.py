"""The Flex Configuration document of an account, and what may be written into it.

Source: Flex Configuration REST API. A write replaces each listed key as a whole and leaves the
others; there is no ETag and no DELETE. Store kind: "flex_configuration" by Account SID.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.clock import rfc3339
from sandbox.twilio.errors import invalid
from sandbox.world import new_sid

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Account
    from sandbox.world import World

Document = dict[str, Any]

URL = "https://flex-api.twilio.com/v1/Configuration"

READ_ONLY = frozenset(
    {
        "chat_service_instance_sid",
        "date_created",
        "date_updated",
        "flex_instance_sid",
        "flex_service_instance_sid",
        "flex_ui_status_report",
        "runtime_domain",
        "service_version",
        "status",
        "taskrouter_offline_activity_sid",
        "taskrouter_target_taskqueue_sid",
        "taskrouter_target_workflow_sid",
        "taskrouter_taskqueues",
        "taskrouter_workspace_sid",
        "url",
    }
)
"""Keys that a POST may not list. The documentation names one; the others are inferred."""


def plant(world: World, account: Account) -> None:
    """A document like that of an account in use, with other people's settings in it."""
    now = rfc3339(world.clock.now())
    world.store.put(
        "flex_configuration",
        account.account_sid,
        _identity(account) | _taskrouter() | _ui(account) | _features() | _dates(now),
    )


def read(world: World, account_sid: str) -> Document:
    """The whole document."""
    document = world.store.get("flex_configuration", account_sid)
    if document is None:
        raise KeyError(account_sid)
    return document


def write(world: World, account: Account, changes: Document) -> Document:
    """Replace the keys of `changes`. Raises TwilioError 400 (code 45004) and changes nothing."""
    if changes.get("account_sid") != account.account_sid:
        raise invalid("account_sid is required and must be the authenticated account's")
    document = read(world, account.account_sid)
    wanted = {key: value for key, value in changes.items() if key != "account_sid"}
    forbidden = sorted(READ_ONLY & wanted.keys())
    if forbidden:
        names = ", ".join(forbidden)
        raise invalid(f"You are not allowed to modify property for [{names}].")
    unknown = sorted(wanted.keys() - document.keys())
    if unknown:
        raise invalid(f"Unknown property [{', '.join(unknown)}].")
    _refuse_other_types(document, wanted)
    document |= wanted | {"date_updated": rfc3339(world.clock.now())}
    world.store.put("flex_configuration", account.account_sid, document)
    return document


def public(world: World, account: Account) -> Document:
    """What Configuration/Public shows to anybody."""
    document = read(world, account.account_sid)
    return {
        "url": f"{URL}/Public?AccountSid={account.account_sid}",
        "runtime_domain": document["runtime_domain"],
        "public_attributes": document["public_attributes"],
        "account_sid": account.account_sid,
    }


def ui_version(world: World, account_sid: str) -> str:
    """The range of Flex UI versions that the account uses."""
    return str(read(world, account_sid)["ui_version"] or "")


def set_login_popup(world: World, account_sid: str, *, popup: bool) -> None:
    """What the Console's box "Login using popup" does (inferred: a switch of the world)."""
    document = read(world, account_sid)
    before = document["public_attributes"] or {}
    if bool(before.get("loginPopup")) != popup:
        document["public_attributes"] = before | {"loginPopup": popup}
        document["date_updated"] = rfc3339(world.clock.now())
        world.store.put("flex_configuration", account_sid, document)


def has_login_popup(world: World, account_sid: str) -> bool:
    """Whether the hosted Flex opens a window for the login."""
    return bool((read(world, account_sid)["public_attributes"] or {}).get("loginPopup"))


_OBJECTS = {"attributes", "public_attributes", "ui_attributes", "ui_dependencies"}
_LISTS = {"taskrouter_skills", "channel_configs", "integrations"}


def _refuse_other_types(document: Document, wanted: Document) -> None:
    for key, value in wanted.items():
        kind: type | None = type(document[key]) if document[key] is not None else None
        kind = dict if key in _OBJECTS else list if key in _LISTS else kind
        if value is not None and kind is not None and not isinstance(value, kind):
            raise invalid(f"Invalid value for [{key}].")


def _identity(account: Account) -> Document:
    return {
        "account_sid": account.account_sid,
        "flex_instance_sid": account.flex_instance_sid,
        "status": "ok",
        "service_version": None,
        "runtime_domain": f"{account.runtime_domain}.twil.io",
        "serverless_service_sids": [new_sid("ZS")],
        "flex_service_instance_sid": new_sid("IS"),
        "chat_service_instance_sid": new_sid("IS"),
        "messaging_service_instance_sid": None,
        "taskrouter_workspace_sid": account.workspace_sid,
        "url": URL,
    }


def _taskrouter() -> Document:
    return {
        "taskrouter_target_workflow_sid": new_sid("WW"),
        "taskrouter_target_taskqueue_sid": new_sid("WQ"),
        "taskrouter_offline_activity_sid": new_sid("WA"),
        "taskrouter_taskqueues": [{"sid": new_sid("WQ"), "targettable": True}],
        "taskrouter_skills": [
            {"name": "billing", "multivalue": True, "minimum": 1, "maximum": 5},
            {"name": "spanish", "multivalue": False, "minimum": None, "maximum": None},
        ],
        "taskrouter_worker_channels": {"*": [{"name": "voice", "availability": True}]},
        "taskrouter_worker_attributes": {"location": ["Berlin", "Lisbon"]},
    }


def _ui(account: Account) -> Document:
    return {
        "ui_language": "en-US",
        "ui_version": account.ui_version,
        "ui_attributes": {
            "colorTheme": {"baseName": "FlexLight"},
            "custom_data": {"features": {"caller_id": {"enabled": True}}, "region": "eu"},
        },
        "ui_dependencies": {"react": "17.0.2", "react-dom": "17.0.2"},
        "public_attributes": None,
        "plugin_service_enabled": True,
        "plugin_service_attributes": None,
        "flex_url": None,
        "flex_ui_status_report": {"enabled": False},
    }


def _features() -> Document:
    return {
        "agent_conv_end_methods": None,
        "attributes": {"billing_code": "CC-114", "work_hours": {"from": "08:00", "to": "20:00"}},
        "call_recording_enabled": False,
        "call_recording_webhook_url": None,
        "channel_configs": [],
        "citrix_voice_vdi": None,
        "crm_attributes": None,
        "crm_callback_url": None,
        "crm_enabled": False,
        "crm_fallback_url": None,
        "crm_type": None,
        "debugger_integration": {"enabled": False},
        "flex_insights_drilldown": False,
        "flex_insights_hr": None,
        "integrations": [],
        "markdown": {"enabled": True, "mode": "readOnly"},
        "notifications": {"enabled": True, "mode": "whenNotInFocus"},
        "offline_config": None,
        "outbound_call_flows": {"default": {"enabled": False}},
        "queue_stats_configuration": None,
    }


def _dates(now: str) -> Document:
    return {"date_created": now, "date_updated": now}
