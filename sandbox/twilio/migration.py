"""From legacy to enhanced SSO and back: what an account's migration is, and what each step does.

Source: Twilio's "Flex SSO URL Migration Guide". `modify` has one connection, whose identity
provider data is that of the legacy one; `create` has two. Logins go by the new connection as soon
as Flex has its data (inferred: the guide's trial login begins at the ordinary login link), so the
trial login is everybody's. The legacy details are forgotten 30 days after Finish.

Store kind: "flex_migration" by Account SID.
"""

from __future__ import annotations

import math
import re
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.twilio import configuration
from sandbox.twilio.accounts import (
    LEGACY,
    Account,
    Connection,
    change_connection,
    connections_of,
    delete_connection,
    legacy_connection,
    save_account,
    save_connection,
)
from sandbox.twilio.sign_in import last_sign_in
from sandbox.world import new_sid

if TYPE_CHECKING:
    from sandbox.world import World

MODIFY, CREATE = "modify", "create"
NEEDS = (2, 7)
KEPT = timedelta(days=30)

IDENTITY_PROVIDER = "identity-provider"
DATA = "data"
VALIDATE = "validate"
FINISHED = "finished"

_KIND = "flex_migration"
_VERSION = re.compile(r"[~^]?(\d+)(?:\.(\d+))?")


class RefusedError(Exception):
    """What the Console does not let a person do; the text is what it shows."""


@dataclass(frozen=True)
class Migration:
    """`step` is the wizard's page that comes next; `finished_at` is when Finish was pressed."""

    account_sid: str
    way: str
    connection: str
    step: str = IDENTITY_PROVIDER
    finished_at: str = ""

    @property
    def is_finished(self) -> bool:
        return self.step == FINISHED

    @property
    def kept_until(self) -> datetime | None:
        """Until when the legacy details are kept; None before Finish."""
        return datetime.fromisoformat(self.finished_at) + KEPT if self.finished_at else None


def is_new_enough(world: World, account: Account) -> bool:
    """Whether Flex UI is 2.7 or newer; of a range (`2.x.auto`, `~2.6.0`) the newest counts."""
    found = _VERSION.match(configuration.ui_version(world, account.account_sid))
    if found is None:
        return False
    open_ended = found[0].startswith("^") or not found[2]
    minor = math.inf if open_ended else float(found[2])
    return (float(found[1]), minor) >= NEEDS


def of(world: World, account: Account) -> Migration | None:
    """The account's migration, begun or finished; None too once the legacy details are gone."""
    document = world.store.get(_KIND, account.account_sid)
    if document is None:
        return None
    found = Migration(**document)
    if account.is_legacy or found.kept_until is None or world.clock.now() < found.kept_until:
        return found
    delete_connection(world.store, account.account_sid, LEGACY)
    world.store.delete(_KIND, account.account_sid)
    return None


def is_offered(world: World, account: Account) -> bool:
    """Whether the SSO page tells of the new solution: to an account that logs in by legacy SSO."""
    in_use = legacy_connection(world.store, account.account_sid).active
    return account.is_legacy and in_use and is_new_enough(world, account)


def start(world: World, account: Account, way: str) -> Migration:
    """Step 1, Continue: there is a new connection, which nobody uses yet."""
    if not is_new_enough(world, account):
        raise RefusedError("The enhanced SSO solution needs Flex UI 2.7 or newer")
    if way not in {MODIFY, CREATE}:
        raise RefusedError("Select a setup type")
    if of(world, account) is not None or not is_offered(world, account):
        raise RefusedError("There is no legacy connection in use to migrate from")
    made = Connection(account.account_sid, new_sid("JQ"))
    save_connection(world.store, made)
    return _save(world, Migration(account.account_sid, way, made.name))


def cancel(world: World, account: Account) -> None:
    """Before anything is live: as if it had not begun."""
    found = _at(world, account, IDENTITY_PROVIDER, DATA)
    delete_connection(world.store, account.account_sid, found.connection)
    world.store.delete(_KIND, account.account_sid)


def confirm_identity_provider(world: World, account: Account) -> Migration:
    """Step 2, Save and Continue: `modify` takes the legacy data over and is live."""
    found = _at(world, account, IDENTITY_PROVIDER)
    if found.way == CREATE:
        return _save(world, replace(found, step=DATA))
    legacy = legacy_connection(world.store, account.account_sid)
    change_connection(world.store, legacy, name=found.connection)
    return go_live(world, account, replace(found, step=DATA))


def go_live(world: World, account: Account, migration: Migration) -> Migration:
    """The data of the new connection is there: from now on logins go by it."""
    use_enhanced(world, account, migration)
    return _save(world, replace(migration, step=VALIDATE))


def finish(world: World, account: Account) -> Migration:
    """Step 4, Finish: refused before somebody signed in by the new connection (a switch)."""
    found = _at(world, account, VALIDATE)
    tried = last_sign_in(world, account.account_sid, found.connection)
    if world.options.finish_needs_a_login and tried is None:
        raise RefusedError("Log in with SSO first, to validate the connection")
    now = world.clock.now().isoformat()
    return _save(world, replace(found, step=FINISHED, finished_at=now))


def use_enhanced(world: World, account: Account, migration: Migration) -> None:
    """Logins go by the new connection; the legacy one is kept, inactive."""
    _use(world, account, migration, enhanced=True)


def revert(world: World, account: Account, migration: Migration) -> None:
    """Logins go by the legacy connection. `modify` forgets the new one: it begins anew one day."""
    _use(world, account, migration, enhanced=False)
    if migration.way == MODIFY:
        delete_connection(world.store, account.account_sid, migration.connection)
        world.store.delete(_KIND, account.account_sid)


def _use(world: World, account: Account, migration: Migration, *, enhanced: bool) -> None:
    for connection in connections_of(world.store, account.account_sid):
        if connection.is_legacy or connection.name == migration.connection:
            active = connection.is_legacy != enhanced
            change_connection(world.store, connection, active=active)
    generation = "enhanced" if enhanced else LEGACY
    save_account(world.store, replace(account, generation=generation))


def _at(world: World, account: Account, *steps: str) -> Migration:
    found = of(world, account)
    if found is None or found.step not in steps:
        raise RefusedError("The setup is at another step: open Single sign-on (SSO) again")
    return found


def _save(world: World, migration: Migration) -> Migration:
    world.store.put(_KIND, migration.account_sid, asdict(migration))
    return migration
