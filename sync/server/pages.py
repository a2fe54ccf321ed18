"""The door of the district's page: who comes from where, who is signed in, which forms are believed.

The page answers the machine itself; others only over TLS and from networks that the operator names. Nothing but signing in is shown to
anybody, and there is no passphrase until somebody sets one.
"""

from __future__ import annotations

import hmac
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, IPv6Network, ip_address
from urllib.parse import parse_qsl

from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import audit, roles, staff
from .desk import Desk, Page
from .district import District
from .errors import DistrictError, NotKnown, NotPermitted
from .looks import LANGUAGES, Visit, Visitor, shown, style
from .sessions import Sessions, SignedIn, person_of
from .words import DEFAULT_LANGUAGE, say

Network = IPv4Network | IPv6Network
_log = logging.getLogger("district.page")
_OWN_NAMES = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")
_LARGEST_FORM = 16_384
_WRONG_A_MINUTE = 30
_LANGUAGE = "language"
_MANNERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_STATUS: dict[type[DistrictError], int] = {NotPermitted: 403, NotKnown: 404}


def routes(district: District, networks: Sequence[Network] = ()) -> list[Route]:
    """The page's routes; `networks` may use it from other machines."""
    door = _Door(district, tuple(networks))
    listed: dict[tuple[str, str], Page] = {
        **Desk().pages(),
        ("GET", "/page.css"): lambda _visit: Response(style(), media_type="text/css"),
        ("GET", "/sign-in"): door.sign_in_form,
    }
    made = [Route(path, door.kept(method, path, page), methods=[method]) for (method, path), page in listed.items()]
    return [
        *made,
        Route("/sign-in", door.guarded(door.sign_in), methods=["POST"]),
        Route("/sign-out", door.guarded(door.sign_out), methods=["POST"]),
    ]


class _Turned(Exception):
    """The request goes no further; holds the answer."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.answer = answer


@dataclass(slots=True)
class _Door:
    """Lets people in, and shows them pages."""

    district: District
    networks: tuple[Network, ...]
    sessions: Sessions = field(default_factory=Sessions)
    wrong: list[float] = field(default_factory=list)
    # Each sign-in takes 64 MiB for its hash; whoever comes meanwhile waits without holding a thread.
    one_at_a_time: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))

    def kept(self, method: str, route: str, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """A page for the roles of its row."""

        async def answer(request: Request) -> Response:
            form = await _form(request) if method == "POST" else {}
            visit = replace(_visit(self.district, request), form=form)
            return await to_thread.run_sync(self._page, visit, _token(request), method, route, page)

        return self.guarded(answer)

    def guarded(self, inner: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """Only from where people may come, and with what their browser is to heed."""

        async def answer(request: Request) -> Response:
            try:
                self._check_origin(request)
                response = await inner(request)
            except _Turned as turned:
                response = turned.answer
            except (SQLAlchemyError, OSError) as trouble:
                _log.error("trouble", extra={"told": {"kind": type(trouble).__name__}})
                response = Response(status_code=503, headers={"Retry-After": "5"})
            response.headers.update(_MANNERS)
            if request.query_params.get("lang") in LANGUAGES:
                language = request.query_params["lang"]
                response.set_cookie(_LANGUAGE, language, max_age=31_536_000, httponly=True, samesite="strict")
            return response

        return answer

    def sign_in_form(self, visit: Visit) -> Response:
        """The first page; before anybody keeps the security, how to set that up."""
        return shown(visit, "sign_in.html", ready=staff.is_set_up(self.district), wrong="")

    async def sign_in(self, request: Request) -> Response:
        """A session for a name and a passphrase."""
        visit = replace(_visit(self.district, request), form=await _form(request))
        self.wrong = [then for then in self.wrong if time.monotonic() - then < 60]
        if len(self.wrong) >= _WRONG_A_MINUTE:
            return Response(status_code=429, headers={"Retry-After": "60"})
        try:
            token = await to_thread.run_sync(self._begin, visit, limiter=self.one_at_a_time)
        except NotPermitted as no:
            self.wrong.append(time.monotonic())
            return shown(visit, "sign_in.html", 403, ready=True, wrong=_sentence(visit, no))
        self.sessions.end(_token(request))
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(_cookie(request), token, httponly=True, samesite="strict", secure=_is_secure(request), path="/")
        return response

    async def sign_out(self, request: Request) -> Response:
        """Forget the session."""
        form = await _form(request)
        signed = self.sessions.find(_token(request), self.district.now())
        if signed is not None and _is_own_form(signed, form):
            self.sessions.end(_token(request))
        response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(_cookie(request), path="/", secure=_is_secure(request), httponly=True, samesite="strict")
        return response

    def _begin(self, visit: Visit) -> str:
        if not staff.is_set_up(self.district):
            raise NotPermitted(reason="wrong-passphrase", action="sign-in")
        person = staff.sign_in(self.district, visit.form.get("name", "").strip(), visit.form.get("passphrase", ""))
        with self.district.writing() as session:
            audit.record(session, self.district.stamp(), person.name, "sign-in")
        return self.sessions.begin(person, self.district.now())

    def _page(self, visit: Visit, token: str, method: str, route: str, page: Page) -> Response:
        signed = self.sessions.find(token, self.district.now())
        visit = replace(visit, visitor=self._visitor(signed))
        if roles.PAGES.get((method, route)) is roles.ANYBODY:
            return page(visit)
        if visit.visitor is None or signed is None:
            return (
                RedirectResponse("/sign-in", status_code=303)
                if method == "GET"
                else shown(visit, "notice.html", 403, text=visit.say("ended"))
            )
        try:
            if not roles.may_open(visit.visitor.role, method, route):
                raise NotPermitted(reason="role", action=route)
            if method == "POST" and not _is_own_form(signed, visit.form):
                raise NotPermitted(reason="foreign-form", action=route)
            return page(visit)
        except DistrictError as no:
            return shown(visit, "notice.html", _STATUS.get(type(no), 409), text=_sentence(visit, no))

    def _visitor(self, signed: SignedIn | None) -> Visitor | None:
        if signed is None:
            return None
        with self.district.reading() as session:
            person = person_of(session, signed)
            return Visitor(person.name, person.role, person.area, signed.form_token) if person else None

    def _check_origin(self, request: Request) -> None:
        """Where a request comes from, and that a form is one of this very page. Raises _Turned."""
        try:
            client = ip_address(request.client.host if request.client else "")
        except ValueError as wrong:
            raise _Turned(Response(status_code=403)) from wrong
        if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
            raise _Turned(Response(status_code=403))
        if client.is_loopback:
            # A name that somebody else's site lets point to this machine is not this machine.
            if not _OWN_NAMES.fullmatch(request.headers.get("host", "")):
                raise _Turned(Response(status_code=403))
        elif not _is_secure(request) or not any(client in network for network in self.networks):
            raise _Turned(Response(status_code=403))
        if request.method == "POST" and request.headers.get("origin") != f"{request.url.scheme}://{request.headers.get('host', '')}":
            raise _Turned(Response(status_code=403))


def _visit(district: District, request: Request) -> Visit:
    chosen = request.query_params.get("lang") or request.cookies.get(_LANGUAGE)
    language = chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE
    query = {name: _plain(value[:200]) for name, value in request.query_params.items() if name != "lang"}
    route = {name: _plain(value) for name, value in request.path_params.items()}
    return Visit(district, language, request.url.path, route, query)


def _plain(text: str) -> str:
    """Without what PostgreSQL keeps in no text."""
    return text.replace("\0", "")


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once. Raises _Turned."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/x-www-form-urlencoded":
        raise _Turned(Response(status_code=415))
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > _LARGEST_FORM:
            raise _Turned(Response(status_code=413))
        pieces.append(piece)
    try:
        told = parse_qsl(b"".join(pieces).decode("utf-8"), keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as wrong:
        raise _Turned(Response(status_code=400)) from wrong
    return {name: _plain(value) for name, value in told}


def _is_own_form(signed: SignedIn, form: Mapping[str, str]) -> bool:

    return hmac.compare_digest(form.get("token", "").encode(), signed.form_token.encode())


def _sentence(visit: Visit, error: DistrictError) -> str:
    values = {name: say(str(value), visit.language) if name in ("what", "reason") else value for name, value in error.values.items()}
    return say(error.code, visit.language, **values)


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"


def _cookie(request: Request) -> str:
    return "__Host-district" if _is_secure(request) else "district"


def _token(request: Request) -> str:
    return request.cookies.get(_cookie(request), "")
