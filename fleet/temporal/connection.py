"""Where the Temporal server is, as Temporal's own tools are told it.

Address, namespace, TLS and API key come from the environment (`TEMPORAL_ADDRESS`,
`TEMPORAL_NAMESPACE`, `TEMPORAL_API_KEY`, `TEMPORAL_TLS_…`) or from a profile of Temporal's
configuration file (`TEMPORAL_PROFILE`); `temporalio.envconfig` lists them all.
"""

from __future__ import annotations

import asyncio
import logging
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import (
    LogForwardingConfig,
    LoggingConfig,
    Runtime,
    TelemetryConfig,
    TelemetryFilter,
)
from temporalio.service import RPCError

from fleet.temporal.names import SEARCH_ATTRIBUTES
from models.errors import FlexSsoError, UnreachableError

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_ADDRESS = "127.0.0.1:7233"
_SECONDS = 30.0
_STARTING, _AGAIN_SECONDS = "not healthy yet", 0.2


class Where(NamedTuple):
    """A server, and the environment that says how to reach it. Empty: as the environment says."""

    environment: Mapping[str, str]
    address: str = ""
    namespace: str = ""


async def connect(where: Where) -> Client:
    """A client. Raises FlexSsoError if the server can't be reached or refuses us."""
    try:
        config = ClientConfig.load_client_connect_config(override_env_vars=where.environment)
    except (RuntimeError, ValueError, OSError) as error:
        hint = "correct the TEMPORAL_… variables, or the file of TEMPORAL_CONFIG_FILE"
        raise FlexSsoError(f"Temporal's settings can't be used: {error}", hint=hint) from None
    address = where.address or config.get("target_host") or DEFAULT_ADDRESS
    namespace = where.namespace or config.get("namespace") or "default"
    config["target_host"], config["namespace"] = address, namespace
    try:
        return await asyncio.wait_for(_connected(config), _SECONDS)
    except (RuntimeError, RPCError, ValueError, TimeoutError) as error:
        why = str(error).splitlines()[0] if str(error) else "no answer"
        raise UnreachableError(
            f"There is no Temporal server to talk to at {address}: {why}",
            hint="./flexsso fleet server starts one here; others: --address or TEMPORAL_ADDRESS",
        ) from None


def refused(error: RPCError) -> FlexSsoError:
    """What to tell of an answer that is none."""
    what = f"The Temporal server refused: {error.message}"
    return UnreachableError(what, hint="--resume goes on with the run once it answers")


@cache
def _runtime() -> Runtime:
    """Temporal's core, with its log on stderr: its own way is stdout, which is for data."""
    forwarding = LogForwardingConfig(logger=logging.getLogger("temporalio"))
    chosen = TelemetryFilter(core_level="WARN", other_level="ERROR").formatted()
    return Runtime(
        telemetry=TelemetryConfig(logging=LoggingConfig(filter=chosen, forwarding=forwarding))
    )


async def _connected(config: ClientConnectConfig) -> Client:
    """A client; a server that has only just been started is waited for."""
    while True:
        try:
            return await Client.connect(
                **config, data_converter=pydantic_data_converter, runtime=_runtime()
            )
        except RuntimeError as error:
            if _STARTING not in str(error):
                raise
        await asyncio.sleep(_AGAIN_SECONDS)


async def ensure_search_attributes(client: Client) -> None:
    """Register ours in the namespace where they are missing. Raises FlexSsoError if refused."""
    space = client.namespace
    try:
        listed = await client.operator_service.list_search_attributes(
            ListSearchAttributesRequest(namespace=space)
        )
        missing = {
            name: kind
            for name, kind in SEARCH_ATTRIBUTES.items()
            if name not in listed.custom_attributes
        }
        if missing:
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=space, search_attributes=missing)
            )
    except RPCError as error:
        names = " ".join(f"--name {name} --type Keyword" for name in SEARCH_ATTRIBUTES)
        raise FlexSsoError(
            f"The namespace {space} does not take our search attributes: {error}",
            hint=f"have its owner run: temporal operator search-attribute create {names}",
        ) from None
