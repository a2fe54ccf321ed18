"""Files over HTTP: resumable uploads after tus 1.0 (creation, offset, checksum, termination), downloads by range, and previews."""

from __future__ import annotations

import base64
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from .. import previews
from ..errors import Refused
from ..wire import CONTENT_TYPE, HASH, MAX_FILE
from . import attachments, lasting, vault
from .district import District
from .errors import FileDamaged
from .gate import Caller
from .parts import Part
from .watch import Metrics

_log = logging.getLogger("district")
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")
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
        seen = await run_in_threadpool(self._may_see, caller.device, sha)
        data = await run_in_threadpool(attachments.preview, self.district, sha) if seen else None
        return _missing() if data is None else Response(data, media_type="image/jpeg")

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

    async def _how_much(self, request: Request, caller: Caller, sha: str) -> Response:
        part = attachments.part_of(self.district, sha, caller.device)
        self.leases.take(part.file)
        state = await self._state(part, sha)
        if "district-line" in request.headers and (name := lasting.name_of(request)):
            state.headers["District-Line"] = name
        return state

    async def _create(self, request: Request, caller: Caller, sha: str) -> Response:
        """The creation of tus: the address is known beforehand, as it is the hash."""
        attachments.check_length(_number(request, "upload-length"))
        part = attachments.part_of(self.district, sha, caller.device)
        self.leases.take(part.file)
        state = await self._state(part, sha)
        state.status_code = 201
        state.headers["Location"] = f"/v1/files/{sha}"
        return state

    async def _end(self, _request: Request, caller: Caller, sha: str) -> Response:
        """The termination of tus: what is unfinished goes, a whole file stays."""
        part = attachments.part_of(self.district, sha, caller.device)
        self.leases.take(part.file)
        part.remove()
        return Response(status_code=204, headers=_TUS)

    async def _state(self, part: Part, sha: str) -> Response:
        if await run_in_threadpool(attachments.is_here, self.district, sha):
            size = await run_in_threadpool(attachments.vault_of(self.district).size, vault.FILE, sha)
            return Response(headers={**_TUS, "Upload-Complete": "?1", "Upload-Offset": str(size), "Upload-Length": str(size)})
        return Response(headers={**_TUS, "Upload-Complete": "?0", "Upload-Offset": str(await run_in_threadpool(part.length))})

    async def _give(self, request: Request, caller: Caller, sha: str) -> Response:
        if not await run_in_threadpool(self._may_see, caller.device, sha):
            return _missing()
        kept = attachments.vault_of(self.district)
        try:
            size = await run_in_threadpool(kept.size, vault.FILE, sha)
            start, end = _asked_part(request.headers.get("range", ""), size)
            # Opened once before the first byte goes out: damage is told as a missing file, not as a broken line.
            await run_in_threadpool(_read_through, kept.pieces(vault.FILE, sha, start, end))
        except FileNotFoundError:
            return _missing()
        except FileDamaged:
            _log.error("trouble", extra={"told": {"kind": "file-damaged"}})
            return _missing()
        headers = {"Accept-Ranges": "bytes", "Content-Length": str(end - start), "Cache-Control": "no-store"}
        if start >= size:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
        part = {"Content-Range": f"bytes {start}-{end - 1}/{size}"} if end - start < size else {}
        told = kept.pieces(vault.FILE, sha, start, end)
        return StreamingResponse(told, 206 if part else 200, {**headers, **part}, "application/octet-stream")

    def _may_see(self, device: str, sha: str) -> bool:
        with self.district.reading() as session:
            return attachments.may_see(session, device, sha)

    async def _take_piece(self, request: Request, caller: Caller, sha: str) -> Response:
        """Write at the named offset as it arrives; a newer request for the same part ends this one."""
        at, length = _number(request, "upload-offset"), _number(request, "upload-length")
        attachments.check_length(length)
        checksum = _Checksum(request)
        part = attachments.part_of(self.district, sha, caller.device)
        turn = self.leases.take(part.file)
        end, here = await run_in_threadpool(part.whole)
        # Nobody else has written since, so what stands behind is torn and nobody's.
        self._check_turn(part, turn)
        part.trim(end)
        begin = here
        if at != here:
            return Response(status_code=409, headers={**_TUS, "Upload-Complete": "?0", "Upload-Offset": str(here)})
        async for piece in request.stream():
            self._check_turn(part, turn)
            if at + len(piece) > length:
                raise Refused(reason="file-too-large")
            if piece:
                part.append(piece)
                checksum.add(piece)
                at += len(piece)
                self.metrics.count("file_bytes", len(piece))
        self._check_turn(part, turn)
        if not checksum.is_right():
            part.cut(begin)
            return Response(status_code=_CHECKSUM_MISMATCH, headers=_TUS)
        if at < length:
            return Response(status_code=202, headers={**_TUS, "Upload-Complete": "?0", "Upload-Offset": str(at)})
        await run_in_threadpool(attachments.finish, self.district, sha, caller.device)
        self.metrics.count("files")
        return Response(status_code=201, headers={**_TUS, "Upload-Complete": "?1", "Upload-Offset": str(length)})

    def _check_turn(self, part: Part, turn: int) -> None:
        """Raises Refused(overtaken) once somebody else writes the part."""
        if not self.leases.holds(part.file, turn):
            raise Refused(reason="overtaken")


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
            except ValueError:
                raise Refused(reason="garbled") from None

    def add(self, piece: bytes) -> None:
        self._digest.update(piece)

    def is_right(self) -> bool:
        return not self._wanted or self._digest.digest() == self._wanted


def _asked_part(header: str, size: int) -> tuple[int, int]:
    """The one part of a file that is asked for (RFC 9110 14.2), else the whole; twice the size where it lies behind the end."""
    told = _RANGE.fullmatch(header)
    if told is None or not (told[1] or told[2]):
        return 0, size
    if not told[1]:
        return max(0, size - int(told[2])), size
    start, end = int(told[1]), int(told[2]) + 1 if told[2] else size
    if start >= size:
        return size, size
    return (start, min(end, size)) if start < end else (0, size)


def _read_through(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


def _missing() -> Response:
    return Response(b'{"error": "refused", "values": {"reason": "file-unknown"}}', status_code=404, media_type="application/json")


def _number(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise Refused(reason="garbled")
    return min(int(text), MAX_FILE + 1)
