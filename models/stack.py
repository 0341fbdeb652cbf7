"""A stack as its folder and configuration describe it, read once, with every mistake reported.

`stacks/Pulumi.<tenant>.<environment>.yaml` holds the configuration; `stacks/<stack>/` the files
that it points to: `idp_metadata.xml` (absent until a person has downloaded it) and `roles.csv`.
"""

from __future__ import annotations

import contextlib
import re
import stat
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from models.attributes import attribute_fields, checked
from models.certificate_choice import certificate_in_use
from models.config_problems import Problem, problems_of
from models.custom_schema import SchemaField
from models.endpoints import Endpoints
from models.errors import MetadataError, TenantConfigError
from models.flex import lint_roles, worker_name_problem
from models.guard_rails import flag_problems
from models.idp_metadata import parse_idp_metadata
from models.raw_stack import all_fields, flags_of, mapping_problems, section
from models.roles import RoleAssignment, union
from models.roles_csv import CsvRow, parse_roles_csv
from models.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Iterator

METADATA_LIMIT = 1_000_000
METADATA_KEY = "tenant.saml_app.idp_metadata"
ROLES_LIMIT = 50_000_000
ROLES_LINES = 250_000
"""Google takes 2,400 queries a minute: so many people are two hours of writing."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*")


class Stack(BaseModel):
    """One tenant in one environment, valid as a whole.

    `people` are those of roles.csv and of the inline map; members of groups come later, from
    Google. `idp_metadata` is the text of the metadata file, None while it isn't there.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    tenant: Tenant
    folder: Path
    people: dict[str, RoleAssignment]
    idp_metadata: str | None


def read_stack(
    name: str, config: object, stacks: Path, now: datetime, endpoints: object = None
) -> Stack:
    """Parse `config` (the object `tenant`), `endpoints`, if any, and the stack's files.

    Raises TenantConfigError with all mistakes, each by its key, before anything is called.
    """
    folder = stacks / name
    problems = [*_name_problems(name)]
    raw = config if isinstance(config, dict) else {}
    tenant, shape_problems = _parse(config)
    problems += shape_problems
    listed, file_problems = _read_roles(raw, folder)
    problems += file_problems
    problems += _role_problems(raw)
    metadata, metadata_problems = _read_metadata(raw, folder, now)
    problems += metadata_problems
    problems += mapping_problems(raw)
    problems += flag_problems(name, tenant or flags_of(raw))
    problems += _endpoints_problems(endpoints)
    if problems or tenant is None:
        raise TenantConfigError(problems)
    people = union(_inline(tenant), listed)
    return Stack(name=name, tenant=tenant, folder=folder, people=people, idp_metadata=metadata)


def read_tenant(config: object) -> Tenant:
    """The object `tenant` alone, without the stack's files. Raises TenantConfigError."""
    tenant, problems = _parse(config)
    if tenant is None:
        raise TenantConfigError(problems)
    return tenant


def _name_problems(name: str) -> Iterator[Problem]:
    if not NAME.fullmatch(name):
        hint = "stacks are named <tenant>.<environment>, for example acme.prod"
        yield "stack", f"'{name}' is not such a name", hint


def _parse(config: object) -> tuple[Tenant | None, list[Problem]]:
    try:
        return Tenant.model_validate(config), []
    except ValidationError as error:
        return None, [*problems_of(error, Tenant, "tenant")]


def _endpoints_problems(endpoints: object) -> Iterator[Problem]:
    try:
        Endpoints.model_validate(endpoints or {})
    except ValidationError as error:
        yield from problems_of(error, Endpoints, "endpoints")


def _inline(tenant: Tenant) -> dict[str, RoleAssignment]:
    """The inline map, with attributes in the form that Google gives back."""
    fields = attribute_fields(tenant.google.custom_schema.fields)
    return {
        email: given.model_copy(update={"attributes": checked(given.attributes, fields)[0]})
        if given.attributes
        else given
        for email, given in tenant.roles.people.items()
    }


def _read_roles(
    raw: dict[str, Any], folder: Path
) -> tuple[dict[str, RoleAssignment], list[Problem]]:
    file = section(raw, "roles").get("file")
    if not isinstance(file, str):
        return {}, []
    key = "tenant.roles.file"
    try:
        content = _plain_file(folder / file, ROLES_LIMIT)
        if (lines := content.count(b"\n")) > ROLES_LINES + 1:
            hint = "several stacks of fewer people each, or groups (tenant.roles.groups)"
            what = f"{_short(file)} has {lines:,} lines, more than {ROLES_LINES:,}"
            return {}, [(key, what, hint)]
        text = content.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        hint = f"it belongs into {folder}, in UTF-8"
        why = error if isinstance(error, NoPlainFileError) else type(error).__name__
        return {}, [(key, f"can't read {_short(file)} ({why})", hint)]
    fields = attribute_fields(all_fields(raw))
    rows, wrong = parse_roles_csv(text, fields)
    problems = [(f"{key}: {file} line {bad.line}", bad.what, bad.hint) for bad in wrong]
    people = {}
    for email, row in rows.items():
        where = f"{key}: {file} line {row.line}"
        given, bad = _assignment(where, email, row, fields)
        problems += bad
        if given is not None:
            people[email] = given
    return people, problems


def _assignment(
    where: str, email: str, row: CsvRow, fields: dict[str, SchemaField]
) -> tuple[RoleAssignment | None, list[Problem]]:
    values, wrong = checked(row.attributes, fields)
    bad = [*_person_problems(where, email, row.roles), *((where, *one) for one in wrong)]
    if bad:
        return None, bad
    attributes = values or None
    given = RoleAssignment(roles=row.roles, full_name=row.full_name, attributes=attributes)
    return given, []


def _person_problems(where: str, email: str, roles: list[str]) -> Iterator[Problem]:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        yield where, f"expected an e-mail address, got '{_short(email)}'", ""
    elif not (email.isascii() and email.isprintable()):
        hint = "a letter of another alphabet that looks alike, or one that can't be seen: type it"
        yield where, f"{email!a} has characters that no Google address has", hint
    if not roles:
        yield where, f"{email} has no role", "agent, supervisor or admin; or leave the person out"
    else:
        yield from _lint_roles(where, roles)
    if too_long := worker_name_problem(email):
        yield where, *too_long


def _lint_roles(where: str, roles: list[Any]) -> Iterator[Problem]:
    for what, hint in _linted(tuple(str(role) for role in roles)):
        yield where, what, hint


@cache
def _linted(roles: tuple[str, ...]) -> list[tuple[str, str]]:
    """Thousands of people have the same few sets of roles."""
    return lint_roles(roles)


def _role_problems(raw: dict[str, Any]) -> Iterator[Problem]:
    roles, fields = section(raw, "roles"), attribute_fields(all_fields(raw))
    for email, given in section(roles, "people").items():
        where = f"tenant.roles.people.{email}"
        listed = given.get("roles") if isinstance(given, dict) else None
        if isinstance(listed, list):
            yield from _person_problems(where, str(email), listed)
        with contextlib.suppress(ValidationError):
            attributes = RoleAssignment.model_validate(given).attributes or {}
            yield from ((where, *wrong) for wrong in checked(attributes, fields)[1])
    for group, listed in section(roles, "groups").items():
        if isinstance(listed, list):
            yield from _lint_roles(f"tenant.roles.groups.{group}", listed)


def _read_metadata(
    raw: dict[str, Any], folder: Path, now: datetime
) -> tuple[str | None, list[Problem]]:
    app = section(raw, "saml_app")
    path = folder / str(app.get("idp_metadata", "idp_metadata.xml"))
    fingerprint = app.get("certificate")
    try:
        content = _plain_file(path, METADATA_LIMIT)
        metadata = parse_idp_metadata(content, allow_any_host=app.get("allow_any_idp_host") is True)
        certificate_in_use(metadata, fingerprint if isinstance(fingerprint, str) else None, now)
    except FileNotFoundError:
        return None, []
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        what = f"can't read {_short(path.name)}: {why}"
        return None, [(METADATA_KEY, what, "")]
    except MetadataError as error:
        hint = f"./flexsso handoff {folder.name} --metadata FILE puts another in its place"
        what = f"{path.name}: {error.what}"
        return None, [(METADATA_KEY, what, f"{error.hint}; {hint}" if error.hint else hint)]
    return content.decode("utf-8", "replace"), []


class NoPlainFileError(ValueError):
    """A device, a folder, or much more than such a file can be."""


def _plain_file(path: Path, limit: int) -> bytes:
    """The bytes of a file that is one and has at most `limit` of them: a device never ends."""
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise NoPlainFileError("it is no plain file")
    if found.st_size > limit:
        raise NoPlainFileError(f"it has {found.st_size:,} bytes, more than {limit:,}")
    return path.read_bytes()


def _short(name: str) -> str:
    return name if len(name) <= 100 else f"{name[:100]}…"
