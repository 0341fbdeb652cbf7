"""`flexsso explain FILE|-|CODE`: why Flex or Google refused a sign-in. Nothing is sent anywhere.

Exit codes: 0 nothing is wrong with it, 1 something is (the rows say what).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.project import PROJECT
from cli.stacks import stacks
from models.errors import FlexSsoError

if TYPE_CHECKING:
    from models.failures_catalogue import Failure
    from models.saml_input import SamlInput
    from models.saml_response import Explanation, SpExpectation

    Explained = list[tuple[SamlInput, Explanation]]

MAX_BYTES = 64 * 1024 * 1024


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="FILE|-|CODE",
            help="SAMLResponse (XML, base64, form body, HAR), an error page, or a code.",
        ),
    ],
    stack: Annotated[
        str | None,
        typer.Option(
            help="Compare with this stack: certificate, addresses.", autocompletion=stacks
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    show_values: Annotated[
        bool, typer.Option("--show-values", help="Show the person's address and values.")
    ] = False,
) -> None:
    """Say why a sign-in was refused, and who fixes it.

    Codes: 45050, 70002, 70004, 70251, app_not_configured_for_user, failure_… and others.
    """
    from models.failures_catalogue import failure_of, failures_in  # noqa: PLC0415

    if not Path(what).exists():
        known = failure_of(what)
        named = [known] if known else failures_in(what)
        if named:
            _say_failures(named, as_json=as_json)
            return
    data = _read(what)
    failures = failures_in(data.decode("utf-8", "replace"))
    if failures and not _is_response(data):
        _say_failures(failures, as_json=as_json)
        return
    found = _explain(data, expectation_of(stack, PROJECT), failures)
    _say_responses(found, failures, as_json=as_json, show_values=show_values)
    raise typer.Exit(int(any(one.first_failing for _, one in found)))


def _explain(data: bytes, expected: SpExpectation, failures: list[Failure]) -> Explained:
    """Each response in the input; none is fine if an error is named in it."""
    from models.saml_input import SamlInputError, read_saml_inputs  # noqa: PLC0415
    from models.saml_response import explain_response  # noqa: PLC0415

    try:
        inputs = read_saml_inputs(data)
    except SamlInputError:
        if failures:
            return []
        raise
    return [(one, explain_response(one.xml, expected)) for one in inputs]


def _say_failures(failures: list[Failure], *, as_json: bool) -> None:
    from cli import explain_view as view  # noqa: PLC0415

    _say(view.failures_json(failures) if as_json else view.failures_text(failures))


def _say_responses(
    found: Explained, failures: list[Failure], *, as_json: bool, show_values: bool
) -> None:
    from cli import explain_view as view  # noqa: PLC0415

    render = view.as_json if as_json else view.as_text
    _say(render(found, failures, show_values=show_values))


def _is_response(data: bytes) -> bool:
    """A form or a HAR with one, XML, or base64 of it: an error page is none of these."""
    start = data.lstrip()[:4000]
    base64_of_xml = start.startswith((b"PHNhbW", b"PD94"))
    return b"SAMLResponse" in data or b":Response" in start or base64_of_xml


def _say(what: str | dict[str, Any]) -> None:
    text = what if isinstance(what, str) else json.dumps(what, indent=2, ensure_ascii=False)
    typer.echo(text)


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        return Path(name).read_bytes()
    except OSError as error:
        what = f"'{name}' is no file that can be read ({type(error).__name__}), and no known code."
        is_stack = (PROJECT / "stacks" / f"Pulumi.{name}.yaml").is_file()
        verify = f"a stack is looked at by ./flexsso verify {name}"
        hint = verify if is_stack else "codes: 45050, 70002, app_not_configured …"
        raise FlexSsoError(what, hint=hint) from None


def expectation_of(stack: str | None, project: Path) -> SpExpectation:
    """What the stack's last `up` recorded; nothing at all without a stack."""
    from cli.stack_state import read_stack_state  # noqa: PLC0415
    from models.certificate import parse_pem  # noqa: PLC0415
    from models.idp_metadata import parse_idp_metadata  # noqa: PLC0415
    from models.saml_response import SpExpectation  # noqa: PLC0415

    if stack is None:
        return SpExpectation()
    state = read_stack_state(stack, project)
    outputs = state.outputs
    app = state.resources.get("pulumi-python:dynamic/google:SamlApp", {})
    pem = app.get("certificate")
    certificate = parse_pem(pem) if pem else None
    path = project / "stacks" / stack / _metadata_name(state.get("tenant"))
    listed = (
        parse_idp_metadata(path.read_bytes(), allow_any_host=True).certificates
        if path.exists()
        else ()
    )
    return SpExpectation(
        acs_url=outputs.get("acs_url") or "",
        sp_entity_id=outputs.get("sp_entity_id") or "",
        idp_entity_id=outputs.get("idp_entity_id") or "",
        certificate=certificate,
        others=tuple(one for one in listed if one != certificate),
    )


def _metadata_name(tenant: Any) -> str:
    app = tenant.get("saml_app") if isinstance(tenant, dict) else None
    return str((app if isinstance(app, dict) else {}).get("idp_metadata") or "idp_metadata.xml")
