"""Rules for stacks that people work with: what production refuses although it would be valid.

A stack is production if its environment's name has one of the words of PRODUCTION (`acme.prod`,
`acme.prod-eu`), or if `tenant.production` says so; `production: false` takes the rails away for as
long as a change on purpose needs that. Mandatory: no flags that lose people's values, and (by the
component) Pulumi's own protection of each resource. For every stack: only roles that Flex has.
The certificate's end is advisory (`components.certificate_watch`): a rule that stopped every `up`
would also stop the ones that renew it, or that take somebody's roles away. See docs/adr/0011.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import TenantConfigError
from models.flex import lint_roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from models.tenant import Tenant

PRODUCTION = frozenset({"prod", "production", "prd", "live"})

Problem = tuple[str, str, str]


def is_production(stack: str, tenant: Tenant) -> bool:
    """Whether the rails hold for `<tenant>.<environment>`."""
    if tenant.production is not None:
        return tenant.production
    return not PRODUCTION.isdisjoint(stack.rpartition(".")[2].split("-"))


def flag_problems(stack: str, tenant: Tenant) -> Iterator[Problem]:
    """Flags that production does not take, as (key, what, hint)."""
    if not is_production(stack, tenant):
        return
    schema, key = tenant.google.custom_schema, "tenant.google.custom_schema"
    hint = "leave it out; or for one change on purpose, with tenant.production: false"
    if schema.allow_data_loss:
        yield f"{key}.allow_data_loss", f"{stack} is production, where no value may be lost", hint
    if not schema.retain:
        what = f"{stack} is production, where a destroy keeps the schema and everybody's values"
        yield f"{key}.retain", what, hint


def role_problems(people: Mapping[str, Iterable[str]]) -> Iterator[Problem]:
    """Roles by e-mail that Flex does not have ("administrator"), as (key, what, hint)."""
    known: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for email, given in people.items():
        roles = tuple(given)
        if roles not in known:  # thousands of people have the same few sets of roles
            known[roles] = lint_roles(roles)
        for what, hint in known[roles]:
            yield f"people.{email}", what, hint


def refuse(stack: str, tenant: Tenant, people: Mapping[str, Iterable[str]]) -> None:
    """Raise TenantConfigError with everything that breaks a rule."""
    problems = [*flag_problems(stack, tenant), *role_problems(people)]
    if problems:
        raise TenantConfigError(problems)
