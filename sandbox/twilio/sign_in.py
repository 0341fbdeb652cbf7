"""A person was proved by an assertion: Flex makes or changes their worker and user, and lets in.

Store kind: "flex_sign_in" by Account SID/connection: {"at"}, the last one.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sandbox.clock import rfc3339
from sandbox.twilio import claims, flex_users, workers
from sandbox.twilio.errors import TwilioError

if TYPE_CHECKING:
    from sandbox.twilio.accounts import Account, Connection
    from sandbox.twilio.claims import Person
    from sandbox.twilio.sp import Assertion
    from sandbox.twilio.tokens import Session
    from sandbox.world import World


def sign_in(
    world: World, account: Account, connection: Connection, assertion: Assertion
) -> Session:
    """The session, without tokens. Raises ClaimsError; then nothing was changed."""
    person = claims.read(world, assertion.name_id, assertion.attributes)
    worker_sid = _worker(world, account, person)
    user = flex_users.sign_in(world, account, person, worker_sid)
    signed_in_at = rfc3339(world.clock.now())
    world.store.put(
        "flex_sign_in", f"{account.account_sid}/{connection.name}", {"at": signed_in_at}
    )
    ends_at = assertion.session_not_on_or_after
    return {
        "account_sid": account.account_sid,
        "connection": connection.name,
        "generation": account.generation,
        "identity": person.identity,
        "name_id": person.name_id,
        "email": person.email,
        "full_name": person.full_name,
        "roles": person.roles,
        "worker_sid": worker_sid,
        "workspace_sid": account.workspace_sid,
        "flex_user_sid": user["flex_user_sid"],
        "flex_instance_sid": account.flex_instance_sid,
        "realm_user_id": _realm_user_id(account, person),
        "signed_in_at": signed_in_at,
        "ends_at": ends_at.timestamp() if ends_at else None,
    }


def last_sign_in(world: World, account_sid: str, connection: str) -> str | None:
    """When somebody last signed in by this connection (RFC 3339), or None."""
    found = world.store.get("flex_sign_in", f"{account_sid}/{connection}")
    return str(found["at"]) if found else None


def _worker(world: World, account: Account, person: Person) -> str:
    worker = workers.find(world, account.workspace_sid, person.name_id)
    if worker is None:
        try:
            worker = workers.create(world, account, person.name_id, person.worker_attributes({}))
        except TwilioError as error:
            raise claims.ClaimsError(error.code, error.message, error.message) from None
    else:
        attributes = person.worker_attributes(worker["attributes"])
        worker = workers.change(world, worker, attributes=attributes)
    return str(worker["sid"])


def _realm_user_id(account: Account, person: Person) -> str:
    """Stable for one person in one account."""
    text = f"{account.account_sid}/{person.name_id.casefold()}"
    return "JC" + hashlib.sha256(text.encode()).hexdigest()[:32]
