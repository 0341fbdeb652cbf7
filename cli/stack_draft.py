"""What `./flexsso new` knows of a stack before there is one: answers, and the files they make.

A draft is the object `tenant` of a stack's file with the given keys only. Nothing here writes.
"""

from __future__ import annotations

import tempfile
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Protocol

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from cli.stack_file import NAMESPACE, render
from cli.stack_people import pairs
from models.errors import FlexSsoError
from models.stack import NAME, read_stack
from models.tenant import Tenant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Draft = dict[str, Any]

ROLES_FILE = "roles.csv"
METADATA_FILE = "idp_metadata.xml"
OF_ONE_STACK = ("flex.connection", "saml_app.certificate", "saml_app.spid")
SOURCES = "give a stack's file (stacks/Pulumi.<stack>.yaml), or the object `tenant` alone"
CREDENTIALS = ".sandbox/credentials"
WITHOUT = {"google.admin": "the service account acts for itself, as an administrator"}
"""What no answer to an optional question comes to."""
REQUIRED = (
    "name",
    "google.customer",
    "google.domain",
    "flex.account_sid",
    "flex.runtime_domain",
)
ASKED = (*REQUIRED[:3], "google.admin", *REQUIRED[3:])


class Asked(Protocol):
    """Something that somebody is asked for; `problem` says what is wrong with an answer."""

    @property
    def label(self) -> str: ...  # noqa: D102
    @property
    def explained(self) -> str: ...  # noqa: D102
    @property
    def optional(self) -> bool: ...  # noqa: D102
    def problem(self, answer: str) -> str: ...  # noqa: D102


class Question(NamedTuple):
    """One key of the stack's file that somebody is asked for."""

    key: str

    @property
    def label(self) -> str:
        """The last part of its key, as words."""
        return self.key.rpartition(".")[2].replace("_", " ").capitalize()

    @property
    def optional(self) -> bool:
        """Whether no answer is an answer."""
        return self.key not in REQUIRED

    @property
    def explained(self) -> str:
        """What it is, in a line."""
        what = _field(self.key).description or ""
        return f"{what} (Enter: {WITHOUT.get(self.key, 'none')})" if self.optional else what

    def problem(self, answer: str) -> str:
        """What is wrong with an answer, "" if nothing."""
        if not answer.strip():
            return "" if self.optional else "an answer is needed"
        field = _field(self.key)
        kind: Any = field.annotation
        if field.metadata:
            kind = Annotated[kind, *field.metadata]
        try:
            TypeAdapter(kind).validate_python(answer.strip())
        except ValidationError as error:
            return str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        return ""


def begin(source: Path | None) -> tuple[Draft, str]:
    """The draft that a file holds, and the text of its roles.csv ("" if there is none).

    The file is another stack's, or holds the object `tenant` alone; without one all is empty.
    Another stack's connection, certificate and app number are left out: they are that stack's.
    Raises FlexSsoError if the file is neither.
    """
    if source is None:
        return {}, ""
    try:
        content = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise FlexSsoError(f"Can't read {source}: {error}", hint=SOURCES) from None
    is_stack = isinstance(content, dict) and isinstance(content.get("config"), dict)
    draft = content["config"].get(f"{NAMESPACE}:tenant") if is_stack else content
    if not isinstance(draft, dict):
        raise FlexSsoError(f"{source} holds no tenant.", hint=SOURCES)
    if not is_stack:
        return draft, ""
    for key in OF_ONE_STACK:
        _drop(draft, key)
    return draft, _table_beside(source, draft)


def _table_beside(source: Path, draft: Draft) -> str:
    stack = source.name.removeprefix("Pulumi.").removesuffix(".yaml")
    path = source.parent / stack / str(get(draft, "roles.file") or ROLES_FILE)
    return path.read_text(encoding="utf-8-sig") if path.is_file() else ""


def with_options(draft: Draft, options: dict[str, str]) -> Draft:
    """The draft with each option (dotted key → value) that was given."""
    changed = deepcopy(draft)
    for key, value in options.items():
        if value:
            _put(changed, key, value)
    return changed


def missing(draft: Draft) -> list[str]:
    """The keys that a stack needs and that are not given."""
    return [key for key in REQUIRED if get(draft, key) is None]


def complete(draft: Draft, ask: Callable[[Question], str] | None) -> Draft:
    """Ask for each key that is missing.

    Raises FlexSsoError that names all of them if there is nobody to `ask`.
    """
    absent = missing(draft)
    if ask is None:
        if absent:
            lines = [f"  {option(key)}: {_field(key).description}" for key in absent]
            what = "\n".join([f"Still missing, {len(absent)}:", *lines])
            hint = "give these options or --from; on a terminal, you are asked"
            raise FlexSsoError(what, hint=hint)
        return draft
    return ask_for(draft, ASKED, ask) if absent else draft


def ask_for(draft: Draft, keys: Iterable[str], ask: Callable[[Question], str] | None) -> Draft:
    """Ask for those of the keys that are missing, if there is somebody to `ask`."""
    asked = [Question(key) for key in keys if get(draft, key) is None] if ask else []
    return with_options(draft, {one.key: ask(one) for one in asked} if ask else {})


def laid_over(below: Draft, above: Draft) -> Draft:
    """Both drafts in one; where both say something, `above` counts."""
    both = deepcopy(below)
    for key, value in above.items():
        inner = both.get(key)
        fits = isinstance(inner, dict) and isinstance(value, dict)
        both[key] = laid_over(inner, value) if fits and inner is not None else deepcopy(value)
    return both


def with_groups(draft: Draft, groups: list[str]) -> Draft:
    """The draft with its roles.csv named, and with groups, given as GROUP=ROLE[,ROLE]."""
    changed = with_options(draft, {"roles.file": ROLES_FILE})
    if groups:
        changed["roles"]["groups"] = {**changed["roles"].get("groups", {}), **pairs(groups)}
    return changed


def with_sandbox_credentials(draft: Draft) -> Draft:
    """The draft with the files in which the sandbox puts its keys."""
    customer, account = get(draft, "google.customer"), get(draft, "flex.account_sid")
    keyless = get(draft, "credentials.google.service_account")
    google = "" if keyless else f"{CREDENTIALS}/google-{customer}.json"
    twilio = f"{CREDENTIALS}/twilio-{account}.json"
    return with_options(
        draft, {"credentials.google.file": google, "credentials.twilio.file": twilio}
    )


def files(
    stack: str, draft: Draft, table: str, base: str | None, metadata: str = ""
) -> dict[str, str]:
    """Path in the project → text of each file to write. `metadata` is Google's file, if known.

    Raises TenantConfigError with all mistakes, as `pulumi up` would find them.
    """
    beside = {str(get(draft, "roles.file") or ROLES_FILE): table}
    if metadata:
        beside[str(get(draft, "saml_app.idp_metadata") or METADATA_FILE)] = metadata
    _check(stack, draft, beside)
    return {
        f"stacks/Pulumi.{stack}.yaml": render(stack, draft, base),
        **{f"stacks/{stack}/{name}": text for name, text in beside.items()},
    }


def require_absent(project: Path, wanted: dict[str, str]) -> None:
    """Raise FlexSsoError if one of the files is there already."""
    for path in wanted:
        if (project / path).exists():
            hint = "nothing was written; choose another name, or edit that file"
            raise FlexSsoError(f"{path} is there already.", hint=hint)


def _check(stack: str, draft: Draft, beside: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        if NAME.fullmatch(stack):
            place = Path(folder) / stack
            place.mkdir()
            for name, text in beside.items():
                (place / Path(name).name).write_text(text, encoding="utf-8")
        read_stack(stack, draft, Path(folder), datetime.now(UTC))


def option(key: str) -> str:
    """The command line option of a key."""
    return f"--{key.rpartition('.')[2].replace('_', '-')}"


def _field(key: str) -> Any:
    model: type[BaseModel] = Tenant
    *path, last = key.split(".")
    for part in path:
        model = model.model_fields[part].annotation  # type: ignore[assignment]
    return model.model_fields[last]


def get(draft: Draft, key: str) -> Any:
    """The value of a dotted key, None if it is not there."""
    value: Any = draft
    for part in key.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _put(draft: Draft, key: str, value: Any) -> None:
    *path, last = key.split(".")
    for part in path:
        if not isinstance(draft.get(part), dict):
            draft[part] = {}
        draft = draft[part]
    draft[last] = value


def _drop(draft: Draft, key: str) -> None:
    path, _, last = key.rpartition(".")
    section = get(draft, path)
    if isinstance(section, dict):
        section.pop(last, None)
