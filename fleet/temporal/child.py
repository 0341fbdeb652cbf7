"""A stack's process, as an activity sees it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket


class Child:
    """A process that the nursery bears; it says its pid, and at its end its result."""

    def __init__(self, own: socket.socket) -> None:
        """Within a running event loop."""
        self._pid = 0
        self._talk = asyncio.create_task(self._listen(own))

    async def _listen(self, own: socket.socket) -> bytes:
        reader, writer = await asyncio.open_connection(sock=own)
        with contextlib.closing(writer):
            self._pid = int(await reader.readline() or 0)
            return await reader.read()

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return self._talk.done()

    async def wait(self, seconds: float) -> None:
        """Until it is done, at most that long. A cancel of the waiting leaves it alone."""
        await asyncio.wait({self._talk}, timeout=seconds)

    def stop(self) -> bool:
        """Have its engine end what it has begun; False where its pid is not known yet."""
        if not self._pid:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        return True

    @property
    def answer(self) -> bytes:
        """What it answered; nothing if it died."""
        return b"" if self._talk.exception() else self._talk.result()
