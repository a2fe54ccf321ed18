"""The routes of a gateway, over whoever has the forms and takes the submissions: the district, or a laptop in its hotspot."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import ExchangeError, Refused
from .access import Doorman, Secret
from .documents import Offered, form_list, manifest, response
from .reading import MAX_XML, identity
from .sentences import sentence

PREFIX = "/openrosa"
MAX_POST = 24 << 20
"""Bytes of one post; a client splits what is larger (OpenRosa: X-OpenRosa-Accept-Content-Length)."""
XML_PART = "xml_submission_file"
_log = logging.getLogger(__name__)
_STATUS = {"too-large": 413, "file-too-large": 413, "unknown-form": 404, "revoked": 403, "no-village": 422}
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Desk(Protocol):
    """Who has the forms and takes the submissions; called in threads, durable when it returns. Every method may raise ExchangeError."""

    def secret_of(self, user: str) -> Secret | None:
        """What is kept of a user's password, None if there is no such user or it may not enter any more."""
        ...

    def offered(self) -> tuple[Offered, ...]:
        """The newest version of every form."""
        ...

    def offer(self, form: str, version: str) -> Offered | None:
        """A published form version, older ones too: somebody may still be filling it."""
        ...

    def take(self, user: str, xml: bytes, form: Offered, files: Mapping[str, bytes], /) -> str:
        """Keep a submission or a part of it: `sent`, or `sent-partly` while files are to come. The same again changes nothing."""
        ...


Told = Callable[[str], str]
"""Message id (`sent` or a refusal's reason) → a sentence for the person at the phone."""


def routes(desk: Desk, told: Told = sentence) -> list[Route]:
    """The routes below PREFIX."""
    house = _House(desk, Doorman(desk.secret_of), told)
    places = (
        ("/formList", house.form_list, ["GET"]),
        ("/form", house.form, ["GET"]),
        ("/manifest", house.manifest, ["GET"]),
        ("/files/{name}", house.file, ["GET"]),
        ("/submission", house.submission, ["HEAD", "POST"]),
    )
    return [Route(PREFIX + path, partial(_answer, house, handler), methods=methods) for path, handler, methods in places]


_Handler = Callable[[Request, str], Awaitable[Response]]


async def _answer(house: _House, handler: _Handler, request: Request) -> Response:
    """Let in whoever proves who they are, and turn refusals into documents."""
    user = await run_in_threadpool(house.user_of, request)
    if not user:
        return house.ask_who(request)
    try:
        return await handler(request, user)
    except ExchangeError as no:
        reason = str(no.values.get("reason", no.code))
        return _document(response(house.told(reason), "submit_error"), _STATUS.get(reason, 400))
    except ClientDisconnect:
        return Response(status_code=499)
    except OSError as trouble:
        _log.error("%s %s: %s", request.method, request.url.path, type(trouble).__name__)
        return _document(response(house.told("busy"), "submit_error"), 503)


@dataclass(slots=True)
class _House:
    """The handlers and what they share."""

    desk: Desk
    doorman: Doorman
    told: Told

    def user_of(self, request: Request) -> str:
        """The user that a request proves."""
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return self.doorman.user(request.headers.get("authorization", ""), request.method, target, _is_private(request))

    def ask_who(self, request: Request) -> Response:
        """401 with what may be answered."""
        stale = self.doorman.is_stale(request.headers.get("authorization", ""))
        answer = _document(response(self.told("who")), 401)
        for challenge in self.doorman.challenges(_is_private(request), stale):
            answer.headers.append("WWW-Authenticate", challenge)
        return answer

    async def form_list(self, request: Request, _user: str) -> Response:
        """The forms; `formID` asks for one, `verbose` for descriptions."""
        offered = await run_in_threadpool(self.desk.offered)
        wanted = request.query_params.get("formID", "")
        chosen = [form for form in offered if not wanted or form.form == wanted]
        return _document(form_list(chosen, _base(request), request.query_params.get("verbose") == "true"))

    async def form(self, request: Request, _user: str) -> Response:
        """The XForm."""
        return _document((await self._asked(request)).xform)

    async def manifest(self, request: Request, _user: str) -> Response:
        """Which media files the form has."""
        return _document(manifest(await self._asked(request), _base(request)))

    async def file(self, request: Request, _user: str) -> Response:
        """One media file."""
        data = (await self._asked(request)).files.get(request.path_params["name"])
        if data is None:
            raise Refused(reason="unknown-form")
        return Response(data, media_type="application/octet-stream", headers=_headers())

    async def submission(self, request: Request, user: str) -> Response:
        """HEAD says that the user may send and how much at a time; POST takes one submission or a part of it."""
        if request.method == "HEAD":
            return Response(status_code=204, headers={**_headers(), "Location": f"{_base(request)}/submission"})
        parts = await _parts(request)
        xml = parts.pop(XML_PART, None)
        if xml is None or len(xml) > MAX_XML:
            raise Refused(reason="garbled" if xml is None else "too-large", what=XML_PART)
        form = await run_in_threadpool(self.desk.offer, *identity(xml))
        if form is None:
            raise Refused(reason="unknown-form")
        message = await run_in_threadpool(self.desk.take, user, xml, form, parts)
        return _document(response(self.told(message), "submit_success"), 201, {"Location": f"{_base(request)}/submission"})

    async def _asked(self, request: Request) -> Offered:
        asked = request.query_params
        form = await run_in_threadpool(self.desk.offer, asked.get("formID", ""), asked.get("version", ""))
        if form is None:
            raise Refused(reason="unknown-form")
        return form


def _is_private(request: Request) -> bool:
    """Whether nobody on the way can read along: TLS, or the same machine."""
    return request.url.scheme == "https" or (request.client is not None and request.client.host in _LOOPBACK)


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{PREFIX}"


def _headers() -> dict[str, str]:
    return {
        "X-OpenRosa-Version": "1.0",
        "X-OpenRosa-Accept-Content-Length": str(MAX_POST),
        "Date": formatdate(usegmt=True),
        "Cache-Control": "no-store",
    }


def _document(text: str | bytes, status: int = 200, more: Mapping[str, str] | None = None) -> Response:
    return Response(text, status_code=status, media_type="text/xml; charset=utf-8", headers={**_headers(), **(more or {})})


async def _parts(request: Request) -> dict[str, bytes]:
    """The parts of a multipart body: the XML by the name of its field, files by their file names; nothing touches the disk."""
    from python_multipart.exceptions import MultipartParseError
    from python_multipart.multipart import MultipartParser, parse_options_header

    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise Refused(reason="garbled", what="multipart")
    collected = _Collected(parse_options_header)
    parser = MultipartParser(options[b"boundary"], collected.callbacks())
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > MAX_POST:
                raise Refused(reason="too-large")
            parser.write(piece)
        parser.finalize()
    except MultipartParseError as wrong:
        raise Refused(reason="garbled", what="multipart") from wrong
    if not collected.ended:
        raise Refused(reason="garbled", what="multipart")
    return collected.parts


class _Collected:
    """What the multipart parser tells, put together."""

    def __init__(self, read_options: Callable[[bytes], tuple[bytes, dict[bytes, bytes]]]) -> None:
        self.parts: dict[str, bytes] = {}
        self.ended = False
        self._read_options = read_options
        self._header = [bytearray(), bytearray()]
        self._name = ""
        self._data = bytearray()

    def callbacks(self) -> Any:
        """For the parser."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._end_header,
            "on_part_data": lambda data, start, end: self._data.extend(data[start:end]),
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._name, self._data = "", bytearray()

    def _end_header(self) -> None:
        if bytes(self._header[0]).lower() == b"content-disposition":
            options = self._read_options(bytes(self._header[1]))[1]
            field, file = options.get(b"name", b""), options.get(b"filename", b"")
            chosen = field if field == XML_PART.encode() else file or field
            self._name = chosen.decode("utf-8", "replace")
        self._header = [bytearray(), bytearray()]

    def _end(self) -> None:
        if self._name:
            self.parts[self._name] = bytes(self._data)

    def _finish(self) -> None:
        self.ended = True
