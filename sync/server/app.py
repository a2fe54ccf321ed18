"""The district's HTTP face: routes, size limits, and errors as codes."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import ExchangeError, GarbledReply, ProtocolTooOld, Refused
from ..evidence import is_single
from ..protocol import SyncReply, decode_enrol_request, encode_enrolment, encode_reply
from ..wire import CLOSE, CONTENT_TYPE, MAX_PACKED, OLDEST_READ, PLAIN, PROTOCOL, refusal, reply_text
from . import attachments, certificates, pages, people, service, sticks
from .arrivals import Readers
from .dictionaries import Dictionaries
from .district import District
from .gate import Caller, Gate
from .pages import Network
from .rush import ComeLater, Rush
from .uploads import Uploads
from .watch import App, Metrics, Routes, Watched

_log = logging.getLogger("district")
Handler = Callable[[Request], Awaitable[Response]]


def build(
    district: District,
    metrics: Metrics | None = None,
    rush: Rush | None = None,
    page_for: Sequence[Network] = (),
    readers: Readers | None = None,
) -> App:
    """The application over an opened district."""
    from ..gateway import app as gateway
    from .gateway import DistrictDesk

    house = _House(district, Gate(district), Dictionaries(district), metrics or Metrics(), rush or Rush(), readers or Readers())
    uploads = Uploads(district, attachments.Leases(), house.caller, read_body, house.metrics)
    routes = [
        Route("/healthz", house.alive, methods=["GET"]),
        Route("/metrics", house.told, methods=["GET"]),
        Route("/v1/health", _guarded(house.health), methods=["GET"]),
        Route("/v1/authority", _guarded(house.authority), methods=["GET"]),
        Route("/v1/enrol", _guarded(house.enrol), methods=["POST"]),
        Route("/v1/sync", _guarded(house.sync), methods=["POST"]),
        Route("/v1/bundles", _guarded(house.carried), methods=["POST"]),
        Route("/v1/previews", _guarded(uploads.previews), methods=["POST"]),
        Route("/v1/files/{sha}/preview", _guarded(uploads.preview), methods=["GET"]),
        Route("/v1/files/{sha}", _guarded(uploads.file), methods=["GET", "HEAD", "POST", "PATCH", "DELETE"]),
        *pages.routes(district, page_for),
        *gateway.routes(DistrictDesk(district)),
    ]
    return Watched(Starlette(routes=routes), house.metrics, Routes(route.path for route in routes))


def _guarded(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except GarbledReply as wrong:
            return _refused(Refused(reason="garbled", what=str(wrong.values.get("what", ""))), 400)
        except ComeLater as later:
            return Response(status_code=429, headers={"Retry-After": str(later.values["retry_s"]), "Connection": "close"})
        except ExchangeError as no:
            return _refused(no)
        except ClientDisconnect:
            return Response(status_code=499)
        except (SQLAlchemyError, OSError) as trouble:
            _log.error("trouble", extra={"told": {"kind": type(trouble).__name__}})
            return _refused(Refused(reason="busy"), 503)

    return answer


def _refused(error: ExchangeError, status: int = 0) -> Response:
    """The reason stands in a header as well, because the answer to HEAD has no body."""
    code, body = refusal(error)
    headers = {"District-Refused": str(error.values.get("reason", error.code)), "District-Time": str(error.values.get("time", ""))}
    headers |= {"Retry-After": "5"} if status == 503 else {}
    return Response(body, status_code=status or code, media_type="application/json", headers=headers)


@dataclass(slots=True)
class _House:
    """The handlers and what they share."""

    district: District
    gate: Gate
    dictionaries: Dictionaries
    metrics: Metrics = field(default_factory=Metrics)
    rush: Rush = field(default_factory=Rush)
    readers: Readers = field(default_factory=Readers)

    async def alive(self, _request: Request) -> Response:
        """For a supervisor: whether the database answers."""
        try:
            await run_in_threadpool(self.district.epoch)
        except (SQLAlchemyError, OSError):
            return Response("database\n", status_code=503, media_type="text/plain")
        return Response("ok\n", media_type="text/plain")

    async def told(self, request: Request) -> Response:
        """Figures for Prometheus, to this machine only."""
        if request.client is None or not ip_address(request.client.host).is_loopback:
            return Response(status_code=404)
        gauges: dict[str, float] = {"turned_away": self.rush.turned_away}
        held = await run_in_threadpool(certificates.current, self.district.folder)
        if held is not None:
            gauges["certificate_expires_seconds"] = held.until.timestamp()
        return Response(self.metrics.text(gauges), media_type="text/plain; version=0.0.4")

    async def authority(self, _request: Request) -> Response:
        """The certificate that slips pin."""
        told = await run_in_threadpool(certificates.authority_pem, self.district.folder)
        return Response(told, status_code=200 if told else 404, media_type="application/x-pem-file")

    async def health(self, _request: Request) -> Response:
        """Is anybody there, and which protocol."""
        epoch = await run_in_threadpool(self.district.epoch)
        body = {"ok": True, "protocol": [OLDEST_READ, PROTOCOL], "epoch": epoch, "time": self.district.stamp()}
        return Response(json.dumps(body, sort_keys=True), media_type="application/json")

    async def enrol(self, request: Request) -> Response:
        """A code for a certificate."""
        asked = decode_enrol_request(await read_body(request))
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
        # Whoever is to come later is told so before anything is looked at: it costs next to nothing, and the nonce stays unused.
        with self.rush.turn(request.headers.get("district-device", "")):
            caller = await self.caller(request)
            body = await read_body(request)
            if hashlib.sha256(body).hexdigest() != caller.body_hash:
                raise Refused(reason="bad-signature")
            reply = await run_in_threadpool(self._answered, caller.device, body)
        signature = self.district.key.sign(reply_text(caller.nonce, reply)).hex()
        return Response(reply, media_type=CONTENT_TYPE, headers={"District-Signature": signature})

    async def carried(self, request: Request) -> Response:
        """A sealed bundle that the caller brings for somebody else, and the sealed answer."""
        with self.rush.turn(request.headers.get("district-device", "")):
            caller = await self.caller(request)
            body = await read_body(request)
            if caller.revoked:
                raise Refused(reason="revoked")
            if hashlib.sha256(body).hexdigest() != caller.body_hash:
                raise Refused(reason="bad-signature")
            answer = await run_in_threadpool(sticks.relay, self.district, body)
        return Response(answer, media_type="application/octet-stream")

    def _answered(self, device: str, body: bytes) -> bytes:
        asked, brought = self.readers.read(body, self.dictionaries.known())
        reply = service.sync(self.district, device, asked, brought)
        self.metrics.count("operations_taken", len(reply.receipts))
        self.metrics.count("operations_set_apart", len(reply.quarantined))
        self.metrics.count("operations_given", sum(len(page.operations) for page in reply.pages))
        if asked.version == PLAIN and not _readable_by_old(reply):
            raise ProtocolTooOld(mine=PROTOCOL, theirs=PLAIN)
        return encode_reply(reply, asked, self.dictionaries.for_reply(asked.dictionaries) if asked.version == CLOSE else b"")

    async def caller(self, request: Request) -> Caller:
        """Who signed a request."""
        target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return await run_in_threadpool(self.gate.admit, request.method, target, request.headers)


def _readable_by_old(reply: SyncReply) -> bool:
    """Programs of the first version verify each operation by a signature of its own; what they brought is taken in all the same."""
    return all(is_single(operation.sig) for page in reply.pages for operation in page.operations)


async def read_body(request: Request) -> bytes:
    """The whole body. Raises Refused(too-large)."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_PACKED:
            raise Refused(reason="too-large")
        pieces.append(piece)
    return b"".join(pieces)
