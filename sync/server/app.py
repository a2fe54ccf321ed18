"""The district's HTTP face: routes, size limits, and errors as codes."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from ..errors import ExchangeError, GarbledReply, Refused
from ..protocol import decode_enrol_request, decode_request, encode_enrolment, encode_reply
from ..wire import CONTENT_TYPE, HASH, MAX_PACKED, OLDEST_READ, PROTOCOL, refusal, reply_text
from . import attachments, people, service
from .district import District
from .gate import Caller, Gate

_log = logging.getLogger(__name__)
Handler = Callable[[Request], Awaitable[Response]]


def build(district: District) -> Starlette:
    """The application over an opened district."""
    from ..gateway import app as gateway
    from . import pages
    from .gateway import DistrictDesk

    house = _House(district=district, gate=Gate(district), leases=attachments.Leases())
    routes = [
        Route("/v1/health", _guarded(house.health), methods=["GET"]),
        Route("/v1/enrol", _guarded(house.enrol), methods=["POST"]),
        Route("/v1/sync", _guarded(house.sync), methods=["POST"]),
        Route("/v1/files/{sha}", _guarded(house.file), methods=["GET", "HEAD", "PATCH"]),
        *pages.routes(district),
        *gateway.routes(DistrictDesk(district)),
    ]
    return Starlette(routes=routes)


def _guarded(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except GarbledReply as wrong:
            return _refused(Refused(reason="garbled", what=str(wrong.values.get("what", ""))), 400)
        except ExchangeError as no:
            return _refused(no)
        except ClientDisconnect:
            return Response(status_code=499)
        except (SQLAlchemyError, OSError) as trouble:
            _log.error("%s %s: %s", request.method, request.url.path, type(trouble).__name__)
            return _refused(Refused(reason="busy"), 503)

    return answer


def _refused(error: ExchangeError, status: int = 0) -> Response:
    """The reason stands in a header as well, because the answer to HEAD has no body."""
    code, body = refusal(error)
    headers = {"District-Refused": str(error.values.get("reason", error.code)), "District-Time": str(error.values.get("time", ""))}
    return Response(body, status_code=status or code, media_type="application/json", headers=headers)


@dataclass(slots=True)
class _House:
    """The handlers and what they share."""

    district: District
    gate: Gate
    leases: attachments.Leases

    async def health(self, _request: Request) -> Response:
        """Is anybody there, and which protocol."""
        epoch = await run_in_threadpool(self.district.epoch)
        body = {"ok": True, "protocol": [OLDEST_READ, PROTOCOL], "epoch": epoch, "time": self.district.stamp()}
        return Response(json.dumps(body, sort_keys=True), media_type="application/json")

    async def enrol(self, request: Request) -> Response:
        """A code for a certificate."""
        asked = decode_enrol_request(await _body(request))
        self.gate.check_tries()
        try:
            enrolment = await run_in_threadpool(people.enrol, self.district, asked)
        except Refused as no:
            if no.values.get("reason") == "code-unknown":
                self.gate.wrong_code()
            raise
        return Response(encode_enrolment(enrolment), media_type=CONTENT_TYPE)

    async def sync(self, request: Request) -> Response:
        """Push and pull."""
        body = await _body(request)
        caller = await self._caller(request)
        if hashlib.sha256(body).hexdigest() != caller.body_hash:
            raise Refused(reason="bad-signature")
        reply = await run_in_threadpool(lambda: encode_reply(service.sync(self.district, caller.device, decode_request(body))))
        signature = self.district.key.sign(reply_text(caller.nonce, reply)).hex()
        return Response(reply, media_type=CONTENT_TYPE, headers={"District-Signature": signature})

    async def file(self, request: Request) -> Response:
        """One attachment: how much is here, a piece more, or the whole."""
        sha = request.path_params["sha"]
        if not HASH.fullmatch(sha):
            raise Refused(reason="garbled")
        caller = await self._caller(request)
        if caller.revoked:
            raise Refused(reason="revoked")
        if request.method == "PATCH":
            return await self._take_piece(request, caller, sha)
        return await (self._how_much(caller, sha) if request.method == "HEAD" else self._give(caller, sha))

    async def _caller(self, request: Request) -> Caller:
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return await run_in_threadpool(self.gate.admit, request.method, target, request.headers)

    async def _how_much(self, caller: Caller, sha: str) -> Response:
        part = attachments.part_of(self.district, sha, caller.device)
        self.leases.take(part)
        if await run_in_threadpool(attachments.is_here, self.district, sha):
            return Response(headers={"Upload-Complete": "?1"})
        return Response(headers={"Upload-Complete": "?0", "Upload-Offset": str(attachments.offset(part))})

    async def _give(self, caller: Caller, sha: str) -> Response:
        def allowed() -> bool:
            with self.district.reading() as session:
                return attachments.may_fetch(session, caller.device, sha)

        if not await run_in_threadpool(allowed):
            return Response(b'{"error": "refused", "values": {"reason": "file-unknown"}}', status_code=404, media_type="application/json")
        return FileResponse(attachments.path_of(self.district, sha), media_type="application/octet-stream")

    async def _take_piece(self, request: Request, caller: Caller, sha: str) -> Response:
        """Write at the named offset as it arrives; a newer request for the same part ends this one."""
        at, length = _number(request, "upload-offset"), _number(request, "upload-length")
        attachments.check_length(length)
        part = attachments.part_of(self.district, sha, caller.device)
        turn = self.leases.take(part)
        here = attachments.offset(part)
        if at != here:
            return Response(status_code=409, headers={"Upload-Complete": "?0", "Upload-Offset": str(here)})
        async for piece in request.stream():
            if not self.leases.holds(part, turn):
                raise Refused(reason="overtaken")
            if at + len(piece) > length:
                raise Refused(reason="file-too-large")
            if piece:
                attachments.write_piece(part, at, piece)
                at += len(piece)
        if at < length:
            return Response(status_code=202, headers={"Upload-Complete": "?0", "Upload-Offset": str(at)})
        await run_in_threadpool(attachments.finish, self.district, sha, caller.device)
        return Response(status_code=201, headers={"Upload-Complete": "?1", "Upload-Offset": str(length)})


async def _body(request: Request) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_PACKED:
            raise Refused(reason="too-large")
        pieces.append(piece)
    return b"".join(pieces)


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Refused(reason="garbled")
    return int(text)
