"""HandoffDelivery: the hand-off, POSTed to a receiver that does what a person would do.

Calls: POST to `tenant.handoff.url`, signed and with an idempotency key (`models.webhook`), while a
step of the hand-off waits; an unchanged hand-off is delivered again under the same key, which asks
how far it is. An answer may bring Google's metadata file, which is judged and put into the stack's
folder. Nothing is believed: the next `up` looks, as it does when a person was at it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource
from pydantic import ValidationError

from models.errors import CredentialsError, FlexSsoError, UnreachableError, VendorApiError
from models.metadata_file import Settings as MetadataSettings
from models.metadata_file import keep
from models.tenant import SamlAppSettings
from models.webhook import IDEMPOTENCY_KEY, SIGNATURE, Answer, idempotency_key, signature
from providers.base import Inputs, Outs, Provider, declaring, to_props
from providers.plain_text import plain
from providers.retry import asked_wait, retrying

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 60.0
MAX_ANSWER_BYTES = 256 * 1024
MESSAGE_LIMIT = 2000


class HandoffDeliveryInputs(Inputs):
    """`document` is the hand-off as JSON text; the rest says where it goes, and what may return.

    The secret itself is in the environment variable or the file, never here.
    """

    url: str
    secret_env: str
    secret_file: str | None = None
    document: str
    customer: str
    saml_app: SamlAppSettings
    folder: str


class HandoffDeliveryOutputs(HandoffDeliveryInputs):
    """`answer` is a `models.webhook.Status`, or empty.

    `occasion` counts the wishes, so that one that comes back later is another one.
    """

    occasion: int
    answer: str = ""
    message: str = ""


class HandoffDeliveryProvider(Provider[HandoffDeliveryInputs]):
    """Deliver, and keep what was answered."""

    inputs = HandoffDeliveryInputs
    replace_on = frozenset({"folder"})

    def wants_a_look(self, olds: Outs) -> bool:
        """As long as a step waits: delivering again asks how far it is."""
        return _waits(olds.get("document", ""))

    def create_it(self, wanted: HandoffDeliveryInputs) -> tuple[str, Outs]:
        """The natural key is the stack's folder."""
        return wanted.folder, self._deliver(wanted, 1)

    def update_it(self, id_: str, olds: Outs, wanted: HandoffDeliveryInputs) -> Outs:
        """The same hand-off keeps its key; another one is another wish."""
        del id_
        occasion = int(olds.get("occasion", 0))
        same = olds.get("document") == wanted.document
        return self._deliver(wanted, occasion if same else occasion + 1)

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """What was answered is history: there is nothing to look at."""
        del id_
        return olds, {key: olds[key] for key in HandoffDeliveryInputs.model_fields if key in olds}

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Nothing to take back."""

    def _deliver(self, wanted: HandoffDeliveryInputs, occasion: int) -> Outs:
        answer = None
        if _waits(wanted.document):
            answer = _post(wanted, occasion)
        outs = HandoffDeliveryOutputs(
            **wanted.model_dump(),
            occasion=occasion,
            answer=answer.status if answer else "",
            message=_kept(wanted, answer) if answer else "",
        )
        return to_props(outs)


def _waits(document: str) -> bool:
    """Whether a step waits that somebody at a console, or signing in, has to do."""
    steps = json.loads(document)["steps"] if document else []
    return any(step["waiting"] for step in steps)


def _secret(wanted: HandoffDeliveryInputs, environment: Mapping[str, str] = os.environ) -> bytes:
    if wanted.secret_file:
        try:
            found = Path(wanted.secret_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            what = f"Webhook: can't read {wanted.secret_file} ({type(error).__name__})"
            raise CredentialsError(what, hint="see tenant.handoff.secret_file") from None
    else:
        found = environment.get(wanted.secret_env, "")
    if not found:
        what = f"Webhook: no secret ({wanted.secret_file or wanted.secret_env} is empty)"
        raise CredentialsError(what, hint="give the receiver and this shell the same long secret")
    return found.encode()


def _post(wanted: HandoffDeliveryInputs, occasion: int) -> Answer:
    """Deliver once; again while the answer is temporary."""
    body, secret = wanted.document.encode(), _secret(wanted)
    stack = Path(wanted.folder).name

    def once() -> Answer:
        headers = {
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            IDEMPOTENCY_KEY: idempotency_key(stack, occasion, body),
            SIGNATURE: signature(secret, int(time.time()), body),
        }
        return _answer(*_send(wanted.url, body, headers))

    return retrying(once)


def _send(url: str, body: bytes, headers: dict[str, str]) -> tuple[httpx.Response, bytes]:
    """The response and its content, as sent and no more of it than an answer may have.

    Never inflated: a few bytes of gzip can be gigabytes.
    """
    import httpx  # noqa: PLC0415

    try:
        with (
            httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            content = b""
            for chunk in response.iter_raw():
                content += chunk
                if len(content) > MAX_ANSWER_BYTES:
                    break
            return response, content
    except httpx.HTTPError as error:
        what = f"Webhook: no answer from {url} ({type(error).__name__})"
        raise UnreachableError(what, hint="tenant.handoff.url; nothing is lost") from None


def _answer(response: httpx.Response, content: bytes) -> Answer:
    status = response.status_code
    if status not in {200, 201, 202}:
        hint = "the secret is another one" if status in {401, 403} else "see the receiver's log"
        raise VendorApiError(
            f"Webhook: the receiver answered {status}",
            hint=hint,
            status=status,
            temporary=status in {408, 425, 429} or status >= 500,
            retry_after=asked_wait(response.headers.get("retry-after")),
        )
    try:
        if len(content) > MAX_ANSWER_BYTES:
            raise ValueError("too long")
        return Answer.model_validate_json(content)
    except (ValidationError, ValueError):
        hint = 'expected {"status": "accepted"}, or done, or refused'
        raise VendorApiError("Webhook: the answer is not as agreed", hint=hint) from None


def _kept(wanted: HandoffDeliveryInputs, answer: Answer) -> str:
    """The answer's sentence. A metadata file that came along is kept; a bad one is a refusal."""
    if answer.idp_metadata is None:
        return plain(answer.message, limit=MESSAGE_LIMIT)
    settings = MetadataSettings(wanted.customer, wanted.saml_app)
    try:
        keep(Path(wanted.folder), settings, answer.idp_metadata.encode(), datetime.now(UTC))
    except FlexSsoError as error:
        return plain(f"the metadata file that came back: {error.what}", limit=MESSAGE_LIMIT)
    return plain(answer.message, limit=MESSAGE_LIMIT)


class HandoffDelivery(Resource, module="handoff", name="HandoffDelivery"):
    """The hand-off at its receiver."""

    answer: pulumi.Output[str]
    message: pulumi.Output[str]

    def __init__(
        self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(
            HandoffDeliveryProvider(), name, declaring(HandoffDeliveryOutputs, props), opts
        )
