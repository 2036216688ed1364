"""What the pane asks every other second: is there anything new? A look into an index, not a rerun."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from coder.errors import CodingError, NotAllowed
from ui.components.watched import path_of
from ui.gate import NEWEST, Server


def route(server: Server | None) -> Route:
    """The newest journal entries of a document and of its project, for who may see the project."""

    async def newest(request: Request) -> Response:
        # A header of our own: a page elsewhere cannot send it without asking, and is not answered.
        if request.headers.get("x-redthread") != "1":
            return Response("only the transcript asks this", 403)
        path = path_of(request.path_params["project"])
        if path is None:
            return JSONResponse({"trouble": "nobody has opened this project since the server was started"}, 404)
        try:
            found = await run_in_threadpool(_look, path, request.path_params["document"], request, server)
        except CodingError as error:
            return JSONResponse({"trouble": str(error)}, 403)
        return JSONResponse({"document": found[0], "project": found[1]}, headers={"Cache-Control": "no-store"})

    return Route(NEWEST + "/{project}/{document}", newest, methods=["GET"])


def _look(path: str, document: str, request: Request, server: Server | None) -> tuple[int, int]:
    from coder.store import Project  # takes pandas to load, and the server must listen before that

    account = None if server is None else server.person(request)
    with Project.open(path) as project:
        if server is not None:
            from coder.workflow.accounts import coder_of, within

            if account is None:
                raise NotAllowed("sign in first")
            within(server.folder, path)
            coder_of(project, account)
        return project.newest_about(document), project.revision
