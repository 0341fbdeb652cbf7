"""admin.googleapis.com over HTTP: single calls and batches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.google import batch, directory, logins, reports, service, tokens
from sandbox.parity import Parity

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from sandbox.world import World

APIS = [directory.API, reports.API]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]

PARITY = (
    [
        Parity(
            method.http_method, "admin.googleapis.com", method.path, operation.mark, operation.note
        )
        for api in APIS
        for operation in api.operations.values()
        for method in [api.methods[operation.id]]
    ]
    + [
        Parity(
            "POST",
            "admin.googleapis.com",
            path,
            "seen in a real client",
            "1,000 parts; quota a part",
        )
        for path in ("/batch", "/batch/admin/directory_v1")
    ]
    + [
        Parity(
            "POST",
            "oauth2.googleapis.com",
            "/token",
            "documented",
            "service accounts (domain-wide delegation checked by scope and subject), gcloud logins",
        )
    ]
)


def create_app(world: World) -> ASGIApp:
    """Both APIs of the Admin SDK, told apart by path."""

    async def call(request: Request) -> Response:
        made = service.Call(
            http_method=request.method,
            path=request.scope["path"],
            query=dict(request.query_params),
            headers=dict(request.headers),
            content=await request.body(),
        )
        return to_response(service.answer(world, APIS, made))

    async def batched(request: Request) -> Response:
        return await batch.batch(world, APIS, request)

    return Starlette(
        routes=[
            Route("/batch", batched, methods=["POST"]),
            Route("/batch/admin/{api}", batched, methods=["POST"]),
            Route("/{path:path}", call, methods=_METHODS),
        ]
    )


def create_token_app(world: World) -> ASGIApp:
    """The token endpoint: one grant for keys of service accounts, one for people's logins."""
    grants = {tokens.GRANT_TYPE: tokens.grant, logins.GRANT_TYPE: logins.grant}

    async def token(request: Request) -> Response:
        form = dict(await request.form())
        try:
            if form.get("grant_type") not in grants:
                raise tokens.GrantError(400, "unsupported_grant_type", "Invalid grant_type")
            answer = grants[str(form["grant_type"])](world, form)
        except tokens.GrantError as refusal:
            return JSONResponse(refusal.body, refusal.status)
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    return Starlette(routes=[Route("/token", token, methods=["POST"])])


def to_response(answer: service.Answer) -> Response:
    """An answer as an HTTP response."""
    if answer.body is None:
        return Response(status_code=answer.status, headers=answer.headers)
    return JSONResponse(answer.body, answer.status, headers=answer.headers)
