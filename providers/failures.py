"""How a failure leaves a dynamic provider: as one clean sentence, or as real partial state.

Pulumi's Python servicer wraps each exception in a traceback and has no way to say "half done".
Both exist in the engine's protocol, so an expected error ends the gRPC call itself, with its text
alone or with the state that was reached (`ErrorResourceInitFailed`). The call's context is found
in the calling frames, where the servicer keeps it as `context`; where there is none (tests, a
future SDK) the exception goes on as it is.
"""

from __future__ import annotations

import inspect
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

from models.errors import FlexSsoError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import grpc


class PartialState(Exception):  # noqa: N818  it is a state that was reached, not an error alone
    """Raised by a handler that succeeded in part. The engine stores `outs` and retries later."""

    def __init__(self, id_: str, outs: dict[str, Any], error: FlexSsoError, reasons: list[str]):
        self.id = id_
        self.outs = outs
        self.error = error
        self.reasons = reasons
        super().__init__(str(error))


@contextmanager
def clean_failures(provider_key: str | None) -> Iterator[None]:
    """Turn expected errors inside the block into clean ends of the engine's call."""
    try:
        yield
    except FlexSsoError as error:
        if _wants_traceback():
            raise
        _abort(_status(str(error)), error)
    except PartialState as partial:
        _abort(_partial_status(partial, provider_key), partial)


def _wants_traceback() -> bool:
    return os.environ.get("FLEXSSO_TRACEBACK", "") not in {"", "0"}


def _abort(status: Any, error: Exception) -> NoReturn:
    context = _calling_context()
    if context is None:
        raise error
    context.abort_with_status(status)
    raise error


def _calling_context() -> grpc.ServicerContext | None:
    import grpc  # noqa: PLC0415  the program side never fails this way

    frame = inspect.currentframe()
    while frame is not None:
        candidate = frame.f_locals.get("context")
        if isinstance(candidate, grpc.ServicerContext):
            return candidate
        frame = frame.f_back
    return None


def _status(text: str, detail: Any = None) -> Any:
    """A gRPC status with details, as `grpcio-status` would make it.

    Written by hand: `google.rpc.Status` comes in two Python packages here (Pulumi's own and
    googleapis-common-protos), and whichever is imported second fails.
    """
    import grpc  # noqa: PLC0415
    from google.protobuf import any_pb2  # noqa: PLC0415

    message = b"\x08\x02" + _field(2, text.encode())  # code: UNKNOWN
    if detail is not None:
        packed = any_pb2.Any()
        packed.Pack(detail)
        message += _field(3, packed.SerializeToString())

    class Status(grpc.Status):  # type: ignore[misc]
        code = grpc.StatusCode.UNKNOWN
        details = text
        trailing_metadata = (("grpc-status-details-bin", message),)

    return Status()


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes in protobuf's wire format: tag, length, content."""
    length, left = bytearray(), len(content)
    while left > 0x7F:
        length.append(left & 0x7F | 0x80)
        left >>= 7
    return bytes([number << 3 | 2, *length, left]) + content


def _partial_status(partial: PartialState, provider_key: str | None) -> Any:
    from google.protobuf import json_format, struct_pb2  # noqa: PLC0415
    from pulumi.runtime.proto import provider_pb2  # noqa: PLC0415

    outs = dict(partial.outs)
    if provider_key is not None:
        outs["__provider"] = provider_key
    detail = provider_pb2.ErrorResourceInitFailed(
        id=partial.id,
        properties=json_format.ParseDict(outs, struct_pb2.Struct()),
        reasons=[str(partial.error), *partial.reasons],  # all that the engine shows
    )
    return _status(str(partial.error), detail)
