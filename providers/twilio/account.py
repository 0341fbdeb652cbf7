"""One tenant, one Flex: the account that the stack names, its address, and the key's account.

An account_sid can be well-formed and another tenant's; then everything would be recorded anew for
a Flex that nobody meant. So this is looked at before anything is recorded or written. Anybody may
ask which address an account's Flex has (Configuration/Public); only where that does not fit, the
key is asked whose it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.errors import TenantConfigError, VendorApiError
from providers.twilio.answers import a_text
from providers.twilio.flex_api import FlexApi
from providers.twilio.sign_in_probe import SignInProbe

if TYPE_CHECKING:
    from providers.settings import Settings

Document = dict[str, Any]


def refuse_other_account(settings: Settings, account_sid: str, runtime_domain: str) -> None:
    """Raise TenantConfigError if the key, or the address, is not this account's.

    A key of another account is not noticed where account and address fit each other; whatever is
    then read or written with it goes through `configuration_of`, which notices.
    """
    if _told_to_anybody(settings, account_sid) != runtime_domain:
        refuse_by_key(settings, account_sid, runtime_domain)


def refuse_by_key(settings: Settings, account_sid: str, runtime_domain: str) -> None:
    """The same, by what the key knows: for whoever has looked at the public address already."""
    live = configuration_of(FlexApi(settings, account_sid), account_sid)
    refuse_other_domain(live, runtime_domain)


def configuration_of(api: FlexApi, account_sid: str) -> Document:
    """The account's Flex Configuration. Raises TenantConfigError if the key is another's.

    Twilio answers for the account of the key, whichever one was meant.
    """
    live = api.configuration()
    actual = a_text(live, "account_sid")
    if actual != account_sid:
        where = f"flex.twilio.com/{domain_of(live)}"
        what = f"is {account_sid}, but the Twilio key belongs to {actual} ({where})"
        hint = f"write {actual} if that is this tenant's Flex, else use a key of {account_sid}"
        raise TenantConfigError([("tenant.flex.account_sid", what, hint)])
    return live


def refuse_other_domain(live: Document, runtime_domain: str) -> None:
    """Raise TenantConfigError unless that is the document's address."""
    actual = domain_of(live)
    if actual != runtime_domain:
        what = f"is {runtime_domain}, but the account's is {actual}"
        raise TenantConfigError([("tenant.flex.runtime_domain", what, f"write {actual}")])


def domain_of(live: Document) -> str:
    """The part after flex.twilio.com/; empty where the document names none."""
    return str(live.get("runtime_domain") or "").removesuffix(".twil.io")


def _told_to_anybody(settings: Settings, account_sid: str) -> str:
    """Empty where it is not told: then the key has to."""
    try:
        public = SignInProbe(settings, account_sid).public_configuration()
    except VendorApiError as error:
        if error.temporary:
            raise
        return ""
    return domain_of(public or {})
