"""Flex accounts and their SSO connections: what every Twilio room works on.

Store kinds: "twilio_account" by Account SID; "connection" by Account SID/JQ sid.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.store import Store

ACS_ENHANCED = "https://login.flex.us1.twilio.com/login/callback?connection="
IAM = "https://iam.twilio.com/v1/Accounts/"
PREVIEW = "https://preview.twilio.com/iam/Accounts/"
FLEX = "https://flex.twilio.com/"
LEGACY = "legacy"


@dataclass(frozen=True)
class Account:
    """A Twilio account with Flex. `generation` is "enhanced" or "legacy"."""

    account_sid: str
    friendly_name: str
    runtime_domain: str
    flex_instance_sid: str
    workspace_sid: str
    ui_version: str
    generation: str
    api_key: str
    api_secret: str
    auth_token: str

    @property
    def is_legacy(self) -> bool:
        return self.generation == LEGACY

    @property
    def login_link(self) -> str:
        """The "Login link" of the Console's SSO page."""
        return FLEX + self.runtime_domain


@dataclass(frozen=True)
class Connection:
    """What an SSO form holds, as typed: nothing is checked before somebody logs in.

    `name` is the JQ sid; a legacy account has one connection named "legacy".
    """

    account_sid: str
    name: str
    active: bool = False
    friendly_name: str = ""
    certificate: str = ""
    issuer: str = ""
    sso_url: str = ""
    default_redirect_url: str = ""
    trusted_domains: list[str] = field(default_factory=list)
    login_popup: bool = False
    uses_iam: bool = True

    @property
    def is_legacy(self) -> bool:
        return self.name == LEGACY

    @property
    def acs_url(self) -> str:
        if not self.is_legacy:
            return ACS_ENHANCED + self.name
        return f"{IAM if self.uses_iam else PREVIEW}{self.account_sid}/saml2"

    @property
    def sp_entity_id(self) -> str:
        """The oldest form, on preview.twilio.com, has one address for both."""
        if not self.is_legacy:
            return f"urn:flex:{self.name}"
        return f"{self.acs_url}/metadata" if self.uses_iam else self.acs_url


def save_account(store: Store, account: Account) -> None:
    """Insert or replace."""
    store.put("twilio_account", account.account_sid, asdict(account))


def find_account(store: Store, account_sid: str) -> Account | None:
    """By Account SID, or None."""
    document = store.get("twilio_account", account_sid)
    return Account(**document) if document else None


def all_accounts(store: Store) -> list[Account]:
    """All accounts, in the order of their SIDs."""
    return [Account(**document) for document in store.page("twilio_account")]


def account_of_domain(store: Store, runtime_domain: str) -> Account | None:
    """By runtime domain, with or without `.twil.io`."""
    wanted = runtime_domain.removesuffix(".twil.io")
    return next((one for one in all_accounts(store) if one.runtime_domain == wanted), None)


def save_connection(store: Store, connection: Connection) -> None:
    """Insert or replace."""
    store.put("connection", f"{connection.account_sid}/{connection.name}", asdict(connection))


def delete_connection(store: Store, account_sid: str, name: str) -> None:
    """Forget one."""
    store.delete("connection", f"{account_sid}/{name}")


def connections_of(store: Store, account_sid: str) -> list[Connection]:
    """The connections of an account, inactive ones included."""
    return [Connection(**document) for document in store.page("connection", f"{account_sid}/")]


def find_connection(store: Store, name: str) -> Connection | None:
    """An enhanced connection by its JQ sid, whichever account it belongs to."""
    for document in store.page("connection"):
        if document["name"] == name and name != LEGACY:
            return Connection(**document)
    return None


def legacy_connection(store: Store, account_sid: str) -> Connection:
    """The legacy form of an account, empty if nobody has filled it in."""
    document = store.get("connection", f"{account_sid}/{LEGACY}")
    return Connection(**document) if document else Connection(account_sid, LEGACY)


def legacy_in_use(store: Store, account: Account) -> Connection:
    """The legacy connection if logins go by it, else an empty one, which believes nobody."""
    found = legacy_connection(store, account.account_sid)
    return found if found.active else Connection(account.account_sid, LEGACY)


def change_connection(store: Store, connection: Connection, **changes: Any) -> Connection:
    """Save the connection with `changes` laid over it; returns the new one."""
    changed = replace(connection, **changes)
    save_connection(store, changed)
    return changed
