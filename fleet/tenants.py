"""The tenant table: the files in `stacks/`. Stacks are never listed through a backend.

(Listing 10,000 stacks takes the engine a minute and 800 MB, and can hang on PostgreSQL.)
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from models.errors import FlexSsoError
from models.stack import NAME
from models.tenant import Credentials

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAMESPACE = "flex-google-sso:"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FleetStack(BaseModel):
    """A stack as far as a fleet needs to know it. The program reads and checks the whole.

    `labels` are the object `flex-google-sso:labels` of its file, free for whatever the fleet is
    cut into. `customer` and `account_sid` are the vendors' accounts, whose quotas it shares.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    labels: dict[str, str] = {}
    customer: str = ""
    account_sid: str = ""
    credentials: Credentials = Credentials()

    @property
    def tenant(self) -> str:
        """The part before the dot."""
        return self.name.partition(".")[0]

    @property
    def environment(self) -> str:
        """The part after it."""
        return self.name.partition(".")[2]


class Selector(BaseModel):
    """Which stacks: all conditions hold; those of one kind are alternatives.

    `names`, `tenants` and `environments` may hold `*` and `?`; `labels` are `key=value`.
    """

    model_config = ConfigDict(frozen=True)

    names: tuple[str, ...] = ()
    tenants: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()

    def takes(self, stack: FleetStack, phase: str) -> bool:
        """Whether the stack, whose last known phase is `phase`, is one of them."""
        own = {f"{key}={value}" for key, value in stack.labels.items()}
        return (
            _matches(stack.name, self.names)
            and _matches(stack.tenant, self.tenants)
            and _matches(stack.environment, self.environments)
            and (not self.labels or not own.isdisjoint(self.labels))
            and (not self.phases or phase in self.phases)
        )


def read_fleet(stacks: Path) -> list[FleetStack]:
    """Every stack that has a file, sorted by name. Raises FlexSsoError for an unreadable one."""
    found = []
    for path in sorted(stacks.glob("Pulumi.*.yaml")):
        name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        if NAME.fullmatch(name):
            found.append(_parse(name, path))
    return found


def select(
    fleet: Iterable[FleetStack], selector: Selector, phases: Mapping[str, str]
) -> list[FleetStack]:
    """Those that the selector takes. `phases` are the last known ones, by stack."""
    fleet = list(fleet)
    chosen = [one for one in fleet if selector.takes(one, phases.get(one.name, ""))]
    known = {one.name for one in fleet}
    plain = [name for name in selector.names if not set(name) & set("*?[")]
    if missing := [name for name in plain if name not in known]:
        what = f"There is no stack {', '.join(missing)}."
        raise FlexSsoError(what, hint=f"./flexsso new {missing[0]}")
    return chosen


def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    return not patterns or any(fnmatchcase(text, pattern) for pattern in patterns)


def _parse(name: str, path: Path) -> FleetStack:
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  safe
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        what = f"Can't read {path}: {str(error).splitlines()[0]}"
        raise FlexSsoError(what) from None
    config = _object(_object(document).get("config"))
    tenant = _object(config.get(f"{NAMESPACE}tenant"))
    labels = _object(config.get(f"{NAMESPACE}labels"))
    return FleetStack(
        name=name,
        labels={str(key): str(value) for key, value in labels.items()},
        customer=str(_object(tenant.get("google")).get("customer", "")),
        account_sid=str(_object(tenant.get("flex")).get("account_sid", "")),
        credentials=_credentials(tenant.get("credentials")),
    )


def _credentials(given: Any) -> Credentials:
    """As named by the stack. A mistake in them is for the program to report, by its key."""
    try:
        return Credentials.model_validate(_object(given))
    except ValidationError:
        return Credentials()


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
