"""The district's page: figures, villages, devices, conflicts, quarantine; read only, and only from the machine itself."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from . import people, status
from .district import District
from .words import DEFAULT_LANGUAGE, all_words

_HERE = ("127.0.0.1", "::1")
_MANNERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def routes(district: District) -> list[Route]:
    """The page's route."""

    async def front(request: Request) -> Response:
        if (
            request.client is None
            or request.client.host not in _HERE
            or "x-forwarded-for" in request.headers
            or "forwarded" in request.headers
        ):
            return Response(status_code=403)
        language = "en" if request.query_params.get("lang") == "en" else DEFAULT_LANGUAGE
        return HTMLResponse(await run_in_threadpool(render, district, language), headers=_MANNERS)

    return [Route("/", front, methods=["GET"])]


def render(district: District, language: str) -> str:
    """The page as HTML; it loads nothing from anywhere."""
    from jinja2 import Environment, PackageLoader

    environment = Environment(loader=PackageLoader("sync.server"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    with district.reading() as session:
        return environment.get_template("district.html").render(
            words=all_words(language),
            language=language.replace("_", "-"),
            figures=status.figures(session),
            devices=people.devices(session),
            conflicts=status.open_conflicts(session),
            apart=status.set_apart(session),
        )
