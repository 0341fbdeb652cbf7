"""`./flexsso new --adopt`: a stack out of what is set up already.

Both vendors are read first, and nothing is written there. What can't be read is asked for on a
terminal; elsewhere all of it is named together, each with its option. What was given (options,
`--from`) wins over what is seen.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, NamedTuple

from cli import adopt_questions as questions
from cli import stack_draft as draft
from cli.handoff_metadata import read
from cli.project import PROJECT
from models.adoption import FlexFound, Gap, SchemaFound
from models.attribute_mapping import AttributeMapping
from models.errors import FlexSsoError, MetadataError
from models.idp_metadata import DOWNLOAD, parse_idp_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from cli.stack_draft import Draft
    from components.adoption import GoogleFound
    from models.certificate import Certificate
    from providers.settings import Settings

    Ask = Callable[[draft.Asked], str]

UNSEEN = "friendly name, default redirect URL, trusted domains, further mapping rows, app number"
SHOWN = 10


class Hints(NamedTuple):
    """What somebody knows: the schema's name, the text of the metadata file. "" if not."""

    schema: str = ""
    metadata: str = ""


class Adopted(NamedTuple):
    """The stack: its `tenant`, its roles.csv, its metadata file, and lines about what was read."""

    tenant: Draft
    roles: str
    metadata: str
    said: list[str]


def adopt(given: Draft, hints: Hints, ask: Ask | None, base: str | None) -> Adopted:
    """Read both vendors (`base`: of the sandbox), ask for the rest.

    Raises FlexSsoError that names all that is missing.
    """
    tenant, flex = _read_flex(given, hints, ask, base)
    tenant, google = _read_google(tenant, hints, flex, ask, base)
    if ask is not None:
        tenant, hints = _ask_for_the_rest(tenant, hints, google, ask)
    gaps = [*_missing(tenant, hints)]
    if isinstance(google.schema, Gap):
        gaps.insert(0, google.schema)
    if isinstance(google.app, Gap) and not draft.get(tenant, "saml_app.name"):
        gaps.append(google.app)
    if gaps or google.people is None:
        raise _incomplete(gaps)
    _check_metadata(hints.metadata, flex)
    said = [*_said(tenant, flex, google), *_about_the_key(tenant, base)]
    return Adopted(tenant, google.people.table, hints.metadata, said)


# Reading -----------------------------------------------------------------------------------------


def _read_flex(
    given: Draft, hints: Hints, ask: Ask | None, base: str | None
) -> tuple[Draft, FlexFound]:
    from components.adoption import look_at_flex  # noqa: PLC0415  slow import

    tenant = draft.ask_for(given, ("flex.account_sid",), ask)
    sid = str(draft.get(tenant, "flex.account_sid") or "")
    if not sid:
        raise _incomplete([*_missing(tenant, hints)])
    if problem := draft.Question("flex.account_sid").problem(sid):
        raise FlexSsoError(f"flex.account_sid: {problem}", hint="Console > Account info")
    connection = draft.get(tenant, "flex.connection")
    legacy = draft.get(tenant, "flex.generation") == "legacy"
    found = look_at_flex(_settings(tenant, base), sid, connection, legacy=legacy)
    if isinstance(found, Gap) and found.choices and ask is not None:
        question = questions.connection_question(found.choices)
        connection = question.chosen(ask(question))
        found = look_at_flex(_settings(tenant, base), sid, connection, legacy=False)
    if isinstance(found, Gap):
        raise _incomplete([found])
    tenant = draft.laid_over({"flex": found.section()}, tenant)
    seen_customer = {"google": {"customer": found.idpid}} if found.idpid else {}
    return draft.laid_over(seen_customer, tenant), found


def _read_google(
    tenant: Draft, hints: Hints, flex: FlexFound, ask: Ask | None, base: str | None
) -> tuple[Draft, GoogleFound]:
    from components.adoption import look_at_google  # noqa: PLC0415  slow import

    tenant = draft.ask_for(tenant, ("google.customer", "google.admin"), ask)
    customer, app = draft.get(tenant, "google.customer"), draft.get(tenant, "saml_app.name")
    if not customer:
        raise _incomplete([*_missing(tenant, hints)])
    schema = hints.schema or str(draft.get(tenant, "google.custom_schema.display_name") or "")
    with contextlib.chdir(PROJECT):  # paths of credentials are relative to it
        found = look_at_google(
            _settings(tenant, base), customer, flex.sp_entity_id, schema=schema, app=app or ""
        )
    return draft.laid_over(dict(_sections(found)), tenant), found


def _sections(found: GoogleFound) -> Iterator[tuple[str, Any]]:
    """What Google showed, by the stack's sections."""
    google: Draft = {}
    app: Draft = {}
    if isinstance(found.schema, SchemaFound):
        google["custom_schema"] = found.schema.section()
        if mapping := found.schema.mapping():
            app["attribute_mapping"] = mapping
    if found.people and found.people.domain:
        google["domain"] = found.people.domain
    if not isinstance(found.app, Gap):
        app["name"] = found.app.name
    yield "google", google
    yield "saml_app", app


def _settings(tenant: Draft, base: str | None) -> Settings:
    from providers.settings import Settings  # noqa: PLC0415

    if base is not None:
        tenant = draft.with_sandbox_credentials(tenant)
    given = {"tenant": tenant, "endpoints": {"base": base}}
    return Settings.from_config({key: json.dumps(value) for key, value in given.items()})


# Asking ------------------------------------------------------------------------------------------


def _ask_for_the_rest(
    tenant: Draft, hints: Hints, google: GoogleFound, ask: Ask
) -> tuple[Draft, Hints]:
    keys = ["name", "google.domain"]
    if isinstance(google.app, Gap):
        keys.append("saml_app.name")
    tenant = draft.ask_for(tenant, keys, ask)
    if not hints.metadata:
        hints = hints._replace(metadata=read_text(ask(questions.MetadataQuestion())))
    return _ask_for_the_unseen(_ask_for_the_certificate(tenant, hints, ask), google, ask), hints


def _ask_for_the_certificate(tenant: Draft, hints: Hints, ask: Ask) -> Draft:
    listed = _two_certificates(tenant, hints)
    if not listed:
        return tenant
    question = questions.certificate_question(listed)
    return draft.with_options(tenant, {"saml_app.certificate": question.chosen(ask(question))})


def _two_certificates(tenant: Draft, hints: Hints) -> tuple[Certificate, ...]:
    """Those of the file, where somebody has to say which one is in use."""
    if not hints.metadata or draft.get(tenant, "saml_app.certificate"):
        return ()
    listed = parse_idp_metadata(hints.metadata.encode()).certificates
    return listed if len(listed) > 1 else ()


def _ask_for_the_unseen(tenant: Draft, google: GoogleFound, ask: Ask) -> Draft:
    """What no API shows of both consoles: Enter means that it is as usual."""
    tenant = draft.ask_for(tenant, questions.UNSEEN, ask)
    if draft.get(tenant, "flex.trusted_domains") is None:
        domains = questions.TrustedDomainsQuestion()
        if given := domains.read(ask(domains)):
            tenant = draft.laid_over(tenant, {"flex": {"trusted_domains": given}})
    if isinstance(google.schema, SchemaFound):
        mapping = questions.MappingQuestion()
        usual = AttributeMapping.default(google.schema.display_name)
        tenant = questions.with_further_rows(tenant, mapping.read(ask(mapping)), usual)
    return tenant


def _missing(tenant: Draft, hints: Hints) -> Iterator[Gap]:
    for key in draft.REQUIRED:
        if draft.get(tenant, key) is None and key != "flex.runtime_domain":
            question = draft.Question(key)
            yield Gap(question.label, question.explained, f"{draft.option(key)} …")
    if not hints.metadata:
        yield Gap("Google's metadata file", f"no API gives it: {DOWNLOAD}", "--metadata FILE")
    if listed := _two_certificates(tenant, hints):
        shown = "; ".join(str(one) for one in listed)
        why = f"the file lists {shown}; the SAML app's page shows which one it uses"
        yield Gap("the certificate in use", why, "--certificate FINGERPRINT")


def _incomplete(gaps: list[Gap]) -> FlexSsoError:
    what = "\n".join([f"Not readable, and not given, {len(gaps)}:", *(f"  {one}" for one in gaps)])
    return FlexSsoError(what, hint="give these; on a terminal, you are asked; nothing was written")


def read_text(file: str) -> str:
    """The text of Google's metadata file. Raises FlexSsoError if it is no such file."""
    content = read(file)
    parse_idp_metadata(content)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise MetadataError(f"{file} is not in UTF-8.", hint=DOWNLOAD) from None


def _check_metadata(text: str, flex: FlexFound) -> None:
    """It must be of the account that Flex sends people to."""
    found = parse_idp_metadata(text.encode())
    if found.sso_url != flex.sso_url:
        what = f"The file has the SSO URL {found.sso_url}, but Flex sends people to {flex.sso_url}."
        raise MetadataError(what, hint="download it in that account's Admin console")


# Saying ------------------------------------------------------------------------------------------


def _said(tenant: Draft, flex: FlexFound, google: GoogleFound) -> Iterator[str]:
    """What was read, what wasn't, and what the first `up` will do, a line each."""
    people = google.people
    assert people is not None  # noqa: S101  adopt() went on
    popup = "on" if flex.login_popup else "off"
    yield f"Flex: {flex.runtime_domain}, {flex.connection or 'legacy SSO'}, popup {popup}"
    yield f"Flex sends people to {flex.sso_url} as {flex.sp_entity_id}"
    app = "" if isinstance(google.app, Gap) else f" (told by {google.app.told_by})"
    yield f"SAML app: {draft.get(tenant, 'saml_app.name')}{app}"
    if isinstance(google.schema, SchemaFound):
        others = ", ".join(google.schema.others)
        yield f"schema: {google.schema.display_name}" + (
            f"; left alone: {others}" if others else ""
        )
    yield f"people with roles: {len(people.emails)}"
    yield from (f"left out, and left as they are: {one}" for one in people.left_out[:SHOWN])
    if more := people.left_out[SHOWN:]:
        yield f"left out, and left as they are: {len(more)} more"
    yield f"no API shows {UNSEEN}: the file has the usual ones, correct them if yours differ"
    changes = [*google.changes, *(f"waits for a person: {one}" for one in flex.unlike())]
    yield f"the first up {'; '.join(changes) if changes else 'changes nothing at the vendors'}"


def _about_the_key(tenant: Draft, base: str | None) -> list[str]:
    from components.adoption import key_problem  # noqa: PLC0415

    with contextlib.chdir(PROJECT):
        problem = key_problem(_settings(tenant, base), draft.get(tenant, "flex.account_sid"))
    return [f"before the first up: {problem}"] if problem else []
