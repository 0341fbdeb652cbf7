"""Where stacks' processes are born: `python -P -m fleet.nursery`, one for each run of a fleet.

It has all imports loaded and no threads, no credentials and no connections. For every socket that
comes in by its control socket (file descriptor 0) it forks a child, which says its pid, reads
one Job from that socket, forgets all environment but the Job's, reconciles, and writes a Result. So
a stack costs no start of a Python, and no process ever knows two tenants.

When its control socket closes (the run is over, or was killed), it ends. Its children then get
SIGTERM: they let the engine end what it has begun.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys

from fleet.job import Job
from fleet.processes import carry, die_with_parent, mark_of
from fleet.reconcile import reconcile
from fleet.result import Outcome, Result

PRELOADED = (
    "components.program",
    "google.oauth2.service_account",
    "google_auth_httplib2",
    "googleapiclient.discovery",
    "httpx",
    "providers.google.groups",
    "pulumi.dynamic",
    "dill",
    "stamina",
    "twilio.http.http_client",
    "twilio.rest",
    "googleapiclient.discovery_cache",
    "httpcore._async.connection",
    "httpcore._sync.http11",
    "encodings.idna",
    *(f"grpc.{part}" for part in ("_channel", "_interceptor", "_server", "experimental")),
)
"""What a program or a provider of ours imports, most of it inside functions; a test holds this."""


def main() -> None:
    """Fork a child for every socket that comes in, until the control socket closes."""
    for module in PRELOADED:
        importlib.import_module(module)
    control = socket.socket(fileno=os.dup(0))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for children here
    gc.freeze()  # so that children share these pages
    while True:
        received, handles, _, _ = socket.recv_fds(control, 1, 1)
        if not received:
            break
        own = socket.socket(fileno=handles[0])
        if os.fork() == 0:
            control.close()
            _let_go_of_control()
            _child(own)
        own.close()


def _let_go_of_control() -> None:
    """File descriptor 0 is the control socket, too: held by us, it would outlive the nursery."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)


def _child(own: socket.socket) -> None:
    """One stack, then the end of the process, whatever happens."""
    code = 1
    try:
        die_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with own, own.makefile("rwb") as pipe:
            pipe.write(b"%d\n" % os.getpid())
            pipe.flush()
            result = _do(Job.model_validate_json(pipe.readline()))
            pipe.write(result.model_dump_json().encode())
        code = 0
    except BrokenPipeError:
        pass  # whoever asked is gone
    finally:
        sys.stderr.flush()
        os._exit(code)


def _do(job: Job) -> Result:
    if job.mistake:
        return Result(stack=job.stack, verb=job.verb, outcome=Outcome.FAILED, said=job.mistake)
    os.environ.clear()
    os.environ.update(job.environment)
    carry(mark_of(job.project, job.stack))
    look = None
    if job.look:
        module, _, function = job.look.partition(":")
        look = getattr(importlib.import_module(module), function)
    try:
        return reconcile(
            job.stack, job.verb, job.project, look=look, timeout=job.timeout, gone=job.gone
        )
    except Exception as error:
        said = f"a mistake in flexsso: {type(error).__name__}: {error}"
        return Result(stack=job.stack, verb=job.verb, outcome=Outcome.FAILED, said=said)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
