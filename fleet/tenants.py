"""The tenant table: the files in `stacks/`. Stacks are never listed through a backend.

(Listing 10,000 stacks takes the engine a minute and 800 MB, and can hang on PostgreSQL.)
A file that can't be used is in the table too, with the reason: its stack fails by itself.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict

from fleet.credentials import named, named_in_text, needed
from models.errors import FlexSsoError
from models.stack import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NAMESPACE = "flex-google-sso:"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class FleetStack(BaseModel):
    """A stack as far as a fleet needs to know it. The program reads and checks the whole.

    `labels` are the object `flex-google-sso:labels` of its file, free for whatever the fleet is
    cut into. `customer` and `account_sid` are the vendors' accounts, whose quotas it shares.
    `needs` are the environment variables that hold its credentials, `names` all that its file
    names. `member` is false where `flex-google-sso:fleet` is: only its own name selects it.
    `mistake` says why nothing can be done with it, if so.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    labels: dict[str, str] = {}
    customer: str = ""
    account_sid: str = ""
    needs: frozenset[str] = needed({})
    names: frozenset[str] = frozenset()
    member: bool = True
    mistake: str = ""

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
        """Whether the stack, whose last known phase is `phase`, is one of them.

        One whose file can't be read may have any label: it is not left out unnoticed.
        """
        own = {f"{key}={value}" for key, value in stack.labels.items()}
        if stack.mistake:
            own = set(self.labels)
        return (
            (stack.member or stack.name in self.names)
            and _matches(stack.name, self.names)
            and _matches(stack.tenant, self.tenants)
            and _matches(stack.environment, self.environments)
            and (not self.labels or not own.isdisjoint(self.labels))
            and (not self.phases or phase in self.phases)
        )


def read_fleet(stacks: Path) -> list[FleetStack]:
    """Every stack that has a file, sorted by name.

    Raises FlexSsoError for a file that can't be opened: nobody knows whose credentials it names.
    """
    return [read_stack(path) for path in sorted(stacks.glob("Pulumi.*.yaml"))]


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


def read_stack(path: Path) -> FleetStack:
    """The stack of that file. Raises FlexSsoError as `read_fleet` does."""
    name = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
    text = _read(path)
    try:
        document = yaml.load(text, Loader=_LOADER)  # noqa: S506  safe
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        what = f"stacks/{path.name} is no YAML: {_reason(error)}"
        return FleetStack(name=name, needs=frozenset(), names=named_in_text(text), mistake=what)
    config = _object(_object(document).get("config"))
    tenant = _object(config.get(f"{NAMESPACE}tenant"))
    labels = _object(config.get(f"{NAMESPACE}labels"))
    return FleetStack(
        name=name,
        labels={str(key): str(value) for key, value in labels.items()},
        customer=str(_object(tenant.get("google")).get("customer", "")),
        account_sid=str(_object(tenant.get("flex")).get("account_sid", "")),
        needs=needed(tenant),
        names=named(tenant),
        member=str(config.get(f"{NAMESPACE}fleet", True)).lower() != "false",
        mistake="" if NAME.fullmatch(name) else _misnamed(path.name),
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        what = f"Can't read {path}: {error.strerror}."
        raise FlexSsoError(what, hint="it may name credentials to be kept from others") from None


def _reason(error: Exception) -> str:
    """Without the text around the mistake: it may be anything."""
    mark = getattr(error, "problem_mark", None)
    line = f" (line {mark.line + 1})" if mark else ""
    return f"{getattr(error, 'problem', None) or type(error).__name__}{line}"


def _misnamed(file: str) -> str:
    return f"stacks/{file} is no stack's: names are <tenant>.<environment>, of a-z, 0-9 and -."


def _object(value: Any) -> dict[str, Any]:
    """Also one that is written as JSON, as `pulumi config set` may."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}
