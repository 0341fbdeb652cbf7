"""FlexConfiguration: the few paths of Flex's Configuration document that sign-in needs.

Calls: GET and POST /v1/Configuration, which replaces each top-level key as a whole, has no ETag and
no DELETE. So: read, lay only our path over what is there, post only that top-level key, read again
and prove that nothing else moved. Destroy puts back what was there before us. Ours is one path:
`public_attributes.loginPopup` ("Login using popup"). The rest of the outputs is read.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from models.errors import ConflictError, UnreachableError, VendorApiError
from models.flex import login_link
from providers.base import Inputs, Outs, Provider, declaring, to_props
from providers.failures import PartialState
from providers.twilio.account import configuration_of, domain_of, refuse_other_domain
from providers.twilio.answers import an_object
from providers.twilio.configuration_note import ConfigurationNote
from providers.twilio.flex_api import FlexApi

OWNED_KEY = "public_attributes"
OWNED_PATH = "loginPopup"
MOVES_BY_ITSELF = {"date_updated", OWNED_KEY}


class FlexConfigurationInputs(Inputs):
    """`runtime_domain` is checked against the account's, never written."""

    account_sid: str
    runtime_domain: str
    login_popup: bool = False


class FlexConfigurationOutputs(FlexConfigurationInputs):
    """What the document says. `before` is our path's old value, if we changed it."""

    flex_instance_sid: str
    workspace_sid: str
    ui_version: str
    login_url: str
    changed: bool = False
    before: bool | None = None


class FlexConfigurationProvider(Provider[FlexConfigurationInputs]):
    """Three-way merge of one path, everything else untouched."""

    inputs = FlexConfigurationInputs
    replace_on = frozenset({"account_sid"})

    def create_it(self, wanted: FlexConfigurationInputs) -> tuple[str, Outs]:
        """There is one document an account: it is always adopted."""
        return wanted.account_sid, self._converge(wanted, {})

    def update_it(self, id_: str, olds: Outs, wanted: FlexConfigurationInputs) -> Outs:
        """Lay our path over what is there now."""
        del id_
        return self._converge(wanted, olds)

    def read_it(self, id_: str, olds: Outs) -> tuple[Outs, Outs] | None:
        """Refresh: our path as it is."""
        live = configuration_of(FlexApi(self.settings, id_), id_)
        known = FlexConfigurationInputs(
            account_sid=id_,
            runtime_domain=domain_of(live),
            login_popup=bool(_owned(live)),
        )
        return _outputs(known, live, olds), to_props(known)

    def delete_it(self, id_: str, olds: Outs) -> None:
        """Put back what was there, if the value is still ours."""
        if not olds.get("changed"):
            return
        api = FlexApi(self.settings, id_)
        live = configuration_of(api, id_)
        if bool(_owned(live)) == olds.get("login_popup"):
            _write(api, live, olds.get("before"))
        ConfigurationNote.of(self.settings, id_).forget()

    def _converge(self, wanted: FlexConfigurationInputs, olds: Outs) -> Outs:
        api = FlexApi(self.settings, wanted.account_sid)
        live = configuration_of(api, wanted.account_sid)
        refuse_other_domain(live, wanted.runtime_domain)
        note = ConfigurationNote.of(self.settings, wanted.account_sid)
        before = _owned(live)
        if not olds.get("changed"):
            olds = {**olds, **note.left_behind(bool(before))}
        if bool(before) == wanted.login_popup:
            return _outputs(wanted, live, olds)
        if not olds.get("changed"):
            olds = {"changed": True, "before": before}
        note.write(olds.get("before"), wanted.login_popup)
        outs = _outputs(wanted, live, olds)
        with _kept_if_uncertain(wanted.account_sid, outs):
            _write(api, live, wanted.login_popup)
        return outs


def _owned(live: dict[str, Any]) -> bool | None:
    value = an_object(live, OWNED_KEY).get(OWNED_PATH)
    return None if value is None else value is True


@contextmanager
def _kept_if_uncertain(id_: str, outs: Outs) -> Iterator[None]:
    """A write that may have happened although it failed must not make us forget what was before.

    Only a definite no of Twilio's to the write itself leaves nothing to remember.
    """
    try:
        yield
    except (UnreachableError, VendorApiError) as error:
        refused = isinstance(error, VendorApiError) and not error.temporary
        if refused and not isinstance(error, ConflictError):
            raise
        raise PartialState(id_, outs, error, []) from None


def _write(api: FlexApi, live: dict[str, Any], value: bool | None) -> dict[str, Any]:  # noqa: FBT001
    """Post our one path (None removes it) and prove that no other key moved."""
    laid = copy.deepcopy(an_object(live, OWNED_KEY))
    laid.pop(OWNED_PATH, None)
    if value is not None:
        laid[OWNED_PATH] = value
    api.post_configuration({OWNED_KEY: laid})
    after = _read_back(api)
    moved = sorted(
        key for key in live if key not in MOVES_BY_ITSELF and live[key] != after.get(key)
    )
    if moved or after.get(OWNED_KEY) != laid:
        raise ConflictError(
            f"Twilio: the Flex configuration changed while it was written"
            f" ({', '.join(moved) or OWNED_KEY})",
            hint="somebody else writes it too; run `up` again",
        )
    return after


def _read_back(api: FlexApi) -> dict[str, Any]:
    """The document after a write; whoever may write it and not read it is not heard as a no."""
    try:
        return api.configuration()
    except VendorApiError as error:
        what = f"Twilio: the Flex configuration was written but can't be read back: {error.what}"
        raise UnreachableError(what, hint=error.hint or "run `up` again") from None


def _outputs(wanted: FlexConfigurationInputs, live: dict[str, Any], olds: Outs) -> Outs:
    outs = FlexConfigurationOutputs(
        **wanted.model_dump(),
        flex_instance_sid=str(live.get("flex_instance_sid") or ""),
        workspace_sid=str(live.get("taskrouter_workspace_sid") or ""),
        ui_version=str(live.get("ui_version") or ""),
        login_url=login_link(domain_of(live)),
        changed=bool(olds.get("changed")),
        before=olds.get("before"),
    )
    return to_props(outs)


class FlexConfiguration(Resource, module="twilio", name="FlexConfiguration"):
    """Flex's Configuration document, as far as sign-in needs it."""

    runtime_domain: pulumi.Output[str]
    flex_instance_sid: pulumi.Output[str]
    workspace_sid: pulumi.Output[str]
    ui_version: pulumi.Output[str]
    login_url: pulumi.Output[str]

    def __init__(
        self, name: str, props: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(
            FlexConfigurationProvider(), name, declaring(FlexConfigurationOutputs, props), opts
        )
