"""Files over HTTP: resumable uploads after tus 1.0 (creation, offset, checksum, termination), downloads by range, and previews."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from .. import previews
from ..errors import Refused
from ..wire import CONTENT_TYPE, HASH, MAX_FILE
from . import attachments
from .district import District
from .gate import Caller
from .watch import Metrics

_TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}
_CHECKSUM_MISMATCH = 460


@dataclass(slots=True)
class Uploads:
    """The handlers of /v1/files and /v1/previews."""

    district: District
    leases: attachments.Leases
    caller: Callable[[Request], Awaitable[Caller]]
    read_body: Callable[[Request], Awaitable[bytes]]
    metrics: Metrics

    async def file(self, request: Request) -> Response:
        """One attachment: how much is here, a piece more, the whole, or away with what is unfinished."""
        sha, caller = await self._known(request)
        work = {"HEAD": self._how_much, "POST": self._create, "PATCH": self._take_piece, "DELETE": self._end, "GET": self._give}
        return await work[request.method](request, caller, sha)

    async def preview(self, request: Request) -> Response:
        """The small picture of a photo."""
        sha, caller = await self._known(request)
        file = attachments.preview_path(self.district, sha)
        if not file.is_file() or not await run_in_threadpool(self._may_see, caller.device, sha):
            return _missing()
        return FileResponse(file, media_type="image/jpeg")

    async def previews(self, request: Request) -> Response:
        """Small pictures of photos that come later."""
        caller = await self.caller(request)
        body = await self.read_body(request)
        if caller.revoked:
            raise Refused(reason="revoked")
        if hashlib.sha256(body).hexdigest() != caller.body_hash:
            raise Refused(reason="bad-signature")
        kept = await run_in_threadpool(attachments.keep_previews, self.district, previews.decode(body))
        self.metrics.count("previews", len(kept))
        return Response(previews.encode_receipt(kept), media_type=CONTENT_TYPE)

    async def _known(self, request: Request) -> tuple[str, Caller]:
        sha = request.path_params["sha"]
        if not HASH.fullmatch(sha):
            raise Refused(reason="garbled")
        caller = await self.caller(request)
        if caller.revoked:
            raise Refused(reason="revoked")
        return sha, caller

    async def _how_much(self, _request: Request, caller: Caller, sha: str) -> Response:
        part = attachments.part_of(self.district, sha, caller.device)
        self.leases.take(part)
        return await self._state(part, sha)

    async def _create(self, request: Request, caller: Caller, sha: str) -> Response:
        """The creation of tus: the address is known beforehand, as it is the hash."""
        attachments.check_length(_number(request, "upload-length"))
        part = attachments.part_of(self.district, sha, caller.device)
        self.leases.take(part)
        state = await self._state(part, sha)
        state.status_code = 201
        state.headers["Location"] = f"/v1/files/{sha}"
        return state

    async def _end(self, _request: Request, caller: Caller, sha: str) -> Response:
        """The termination of tus: what is unfinished goes, a whole file stays."""
        part = attachments.part_of(self.district, sha, caller.device)
        self.leases.take(part)
        part.unlink(missing_ok=True)
        return Response(status_code=204, headers=_TUS)

    async def _state(self, part: Path, sha: str) -> Response:
        if await run_in_threadpool(attachments.is_here, self.district, sha):
            size = attachments.path_of(self.district, sha).stat().st_size
            return Response(headers={**_TUS, "Upload-Complete": "?1", "Upload-Offset": str(size), "Upload-Length": str(size)})
        return Response(headers={**_TUS, "Upload-Complete": "?0", "Upload-Offset": str(attachments.offset(part))})

    async def _give(self, _request: Request, caller: Caller, sha: str) -> Response:
        if not await run_in_threadpool(self._may_see, caller.device, sha):
            return _missing()
        file = attachments.path_of(self.district, sha)
        return FileResponse(file, media_type="application/octet-stream") if file.is_file() else _missing()

    def _may_see(self, device: str, sha: str) -> bool:
        with self.district.reading() as session:
            return attachments.may_see(session, device, sha)

    async def _take_piece(self, request: Request, caller: Caller, sha: str) -> Response:
        """Write at the named offset as it arrives; a newer request for the same part ends this one."""
        at, length = _number(request, "upload-offset"), _number(request, "upload-length")
        attachments.check_length(length)
        checksum = _Checksum(request)
        part = attachments.part_of(self.district, sha, caller.device)
        turn = self.leases.take(part)
        here = begin = attachments.offset(part)
        if at != here:
            return Response(status_code=409, headers={**_TUS, "Upload-Complete": "?0", "Upload-Offset": str(here)})
        async for piece in request.stream():
            if not self.leases.holds(part, turn):
                raise Refused(reason="overtaken")
            if at + len(piece) > length:
                raise Refused(reason="file-too-large")
            if piece:
                attachments.write_piece(part, at, piece)
                checksum.add(piece)
                at += len(piece)
                self.metrics.count("file_bytes", len(piece))
        if not checksum.is_right():
            attachments.cut(part, begin)
            return Response(status_code=_CHECKSUM_MISMATCH, headers=_TUS)
        if at < length:
            return Response(status_code=202, headers={**_TUS, "Upload-Complete": "?0", "Upload-Offset": str(at)})
        await run_in_threadpool(attachments.finish, self.district, sha, caller.device)
        self.metrics.count("files")
        return Response(status_code=201, headers={**_TUS, "Upload-Complete": "?1", "Upload-Offset": str(length)})


class _Checksum:
    """The `Upload-Checksum` of tus for one piece, if it has one; only SHA-256."""

    def __init__(self, request: Request) -> None:
        kind, _, told = request.headers.get("upload-checksum", "").partition(" ")
        self._wanted = b""
        self._digest = hashlib.sha256()
        if kind:
            if kind != "sha256":
                raise Refused(reason="garbled")
            try:
                self._wanted = base64.b64decode(told, validate=True)
            except binascii.Error:
                raise Refused(reason="garbled") from None

    def add(self, piece: bytes) -> None:
        self._digest.update(piece)

    def is_right(self) -> bool:
        return not self._wanted or self._digest.digest() == self._wanted


def _missing() -> Response:
    return Response(b'{"error": "refused", "values": {"reason": "file-unknown"}}', status_code=404, media_type="application/json")


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Refused(reason="garbled")
    return min(int(text), MAX_FILE + 1)
