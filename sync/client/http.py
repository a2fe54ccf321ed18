"""The district over HTTP as a peer: signed requests, one connection kept alive, and every failure of the line as Offline."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType

from .. import compact, lexicon
from ..errors import CertificateDates, GarbledReply, Offline, Refused
from ..keys import is_signed
from ..operation import Signer
from ..protocol import SyncReply, SyncRequest, decode_reply, encode_request
from ..wire import CLOSE, CONTENT_TYPE, PLAIN, reply_text, request_text
from . import trust
from .line import READ_S, Answer, Traffic, open_client, send
from .manners import Manners

_WAITS_S = (0.3, 1.0)
"""Between tries to connect."""
_BUSY_PATIENCE = 8
"""So often a server may ask to come later before that counts as gone."""
_FILE_PATIENCE = 6
"""So many tries without one byte more and the file is left for the next time."""
_MOST_DICTIONARIES = 3
_EMPTY = hashlib.sha256(b"").hexdigest()

Lexicon = Callable[[str, str], bytes]
"""(form, version) → its dictionary (`lexicon.words`), empty if the form is not here."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def no_lexicon(_form: str, _version: str) -> bytes:
    """Compress without dictionaries."""
    return b""


class HttpPeer:
    """A district server. `district_key` (from the enrolment) must have signed every reply; `authority` (PEM) its certificate."""

    def __init__(
        self,
        url: str,
        signer: Signer,
        district_key: bytes,
        *,
        name: str = "district",
        now: Callable[[], datetime] = _utc_now,
        wait: Callable[[float], None] = time.sleep,
        read_s: float = READ_S,
        authority: str = "",
        words_of: Lexicon = no_lexicon,
        district_time: bool = False,
        version: int = CLOSE,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        trust.check_url(url, authority)
        self.url = url.rstrip("/")
        self.traffic = Traffic(tick=tick)
        self._signer, self._district_key, self._name = signer, district_key, name
        self._now, self._wait, self._words_of, self._version = now, wait, words_of, version
        self._authority = authority
        self._offset = timedelta()
        if district_time and authority:
            self._offset = self._true_offset()
        believed = trust.context(authority, dates=not district_time) if authority else False
        self._client = open_client(read_s, believed, Manners(wait, tick))

    def __enter__(self) -> HttpPeer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()
        self.traffic.close()

    def cut(self) -> None:
        """Break the line off from another thread: a request that waits ends at once as Offline."""
        self.traffic.cut()

    @property
    def name(self) -> str:
        """The name under which a replica keeps this peer's receipts and cursors."""
        return self._name

    @property
    def clock_offset_s(self) -> float:
        """How far the district's clock is ahead of this one, as far as it had to be noticed."""
        return self._offset.total_seconds()

    def sync(self, request: SyncRequest) -> SyncReply:
        """One push and pull; what the reply says counts only with the district's signature."""
        try:
            return self._sync(request)
        except Refused as no:
            what = no.values.get("what")
            if what == "dictionary-unknown":
                self._words_of = no_lexicon
            elif no.values.get("reason") == "garbled" and what in ("not-zstd", "v") and self._version == CLOSE:
                self._version = PLAIN
            else:
                raise
        return self.sync(request)

    def _sync(self, request: SyncRequest) -> SyncReply:
        asked, dictionaries = self._prepared(request)
        body = encode_request(asked, next(iter(dictionaries.values()), b""))
        answer, nonce = self._signed("POST", "/v1/sync", body, {"Content-Type": CONTENT_TYPE})
        if answer.status != 200 or answer.headers.get("content-type", "") != CONTENT_TYPE:
            raise GarbledReply(url=self.url, what="content-type")
        if not is_signed(self._district_key, _unhex(answer.headers.get("district-signature", "")), reply_text(nonce, answer.body)):
            raise GarbledReply(url=self.url, what="signature")
        return decode_reply(answer.body, asked, dictionaries)

    def _prepared(self, request: SyncRequest) -> tuple[SyncRequest, dict[bytes, bytes]]:
        """The request as it travels, and the dictionaries that are here: the first is the one to use."""
        if self._version == PLAIN:
            return replace(request, version=PLAIN), {}
        chosen = [*_forms_in(request.operations), *reversed(request.forms)]
        found: dict[bytes, bytes] = {}
        for form, version in chosen:
            words = self._words_of(form, version)
            if words and len(found) < _MOST_DICTIONARIES:
                found[lexicon.name(words)] = words
        operations = compact.under_one_signature(request.operations, self._signer)
        return replace(request, version=CLOSE, operations=operations, dictionaries=tuple(name.hex() for name in found)), found

    def carry(self, data: bytes) -> bytes:
        """Bring somebody's bundle and take the answer along; both are sealed. Raises Offline, GarbledReply, Refused."""
        answer, _ = self._signed("POST", "/v1/bundles", data, {"Content-Type": "application/octet-stream"})
        if answer.status != 200 or answer.headers.get("content-type", "") != "application/octet-stream":
            raise GarbledReply(url=self.url, what="content-type")
        return answer.body

    def send_file(self, sha: str, data: bytes) -> None:
        """Upload from wherever the district stands; a broken line goes on from the last byte that arrived. Raises Offline, Refused."""
        tries, best = 0, -1
        while True:
            try:
                answer, _ = self._signed("HEAD", f"/v1/files/{sha}", b"", {"District-Line": "1"})
                if answer.headers.get("upload-complete") == "?1":
                    return
                at = _offset(self.url, answer)
                if at > best:
                    tries, best = 0, at
                if self._send_from(sha, data, at):
                    return
            except (Offline, GarbledReply) as failure:
                tries += 1
                if tries >= _FILE_PATIENCE or failure.values.get("stage") == "connect":
                    raise
                self._wait(_pause_s(tries))
            except Refused as no:
                tries += 1
                if no.values.get("reason") not in ("overtaken", "wrong-hash") or tries >= _FILE_PATIENCE:
                    raise
                self._wait(_pause_s(tries))

    def _send_from(self, sha: str, data: bytes, at: int) -> bool:
        """Whether the file is now wholly there."""
        rest = data[at:]
        headers = {"Upload-Offset": str(at), "Upload-Length": str(len(data)), "Content-Type": "application/offset+octet-stream"}
        answer, _ = self._signed("PATCH", f"/v1/files/{sha}", rest, headers)
        if answer.headers.get("upload-complete") not in ("?0", "?1"):
            raise GarbledReply(url=self.url, what="upload-complete")
        return answer.headers["upload-complete"] == "?1"

    def fetch_file(self, sha: str) -> bytes | None:
        """Download, going on after a break from the last byte that arrived; None if the district does not give it (yet)."""
        got = bytearray()
        tries = 0
        while True:
            before = len(got)
            try:
                headers = {"Range": f"bytes={len(got)}-"} if got else {}
                answer, _ = self._signed("GET", f"/v1/files/{sha}", b"", headers, into=got)
                if answer.status == 404:
                    return None
                if hashlib.sha256(got).hexdigest() == sha:
                    return bytes(got)
                got.clear()
                raise GarbledReply(url=self.url, what="hash")
            except (Offline, GarbledReply) as failure:
                tries = 0 if len(got) > before else tries + 1
                if tries >= _FILE_PATIENCE or failure.values.get("stage") == "connect":
                    raise
                self._wait(_pause_s(tries))

    def send_previews(self, previews: Mapping[str, bytes]) -> tuple[str, ...]:
        """Small pictures of photos that may come much later, many in one request; the hashes of those that are there now."""
        if self._version == PLAIN:
            return ()
        from ..previews import decode_receipt, encode

        answer, _ = self._signed("POST", "/v1/previews", encode(previews), {"Content-Type": CONTENT_TYPE})
        return decode_receipt(answer.body)

    def _signed(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str], into: bytearray | None = None
    ) -> tuple[Answer, str]:
        """A signed request and its nonce; once more if the clocks differ or a proxy on the way had sent it twice."""
        for last in (False, True):
            nonce = secrets.token_urlsafe(12)
            stamp = (self._now() + self._offset).isoformat(timespec="seconds")
            body_hash = hashlib.sha256(body).hexdigest() if body else _EMPTY
            signature = self._signer.sign(request_text(method, target, self._signer.device, stamp, nonce, body_hash))
            proof = {
                "District-Device": self._signer.device,
                "District-Time": stamp,
                "District-Nonce": nonce,
                "District-Body": body_hash,
                "District-Signature": signature.hex(),
            }
            try:
                return self._send(method, target, body, {**headers, **proof}, into), nonce
            except Refused as no:
                if last or no.values.get("reason") not in ("clock", "replayed"):
                    raise
                self._set_clock(no)
        raise AssertionError("the loop returns or raises")

    def _set_clock(self, refused: Refused) -> None:
        try:
            theirs = datetime.fromisoformat(str(refused.values.get("time", "")))
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self._offset = theirs - self._now()

    def _true_offset(self) -> timedelta:
        """The person chose to go by the district's clock; a certificate that is out of date by that one too is refused."""
        told = trust.ask_time(self.url, self._authority)
        if not told.is_valid:
            raise trust.why_out_of_date(self.url, self._authority, told.theirs)
        return told.theirs - self._now()

    def _send(self, method: str, target: str, body: bytes, headers: Mapping[str, str], into: bytearray | None) -> Answer:
        waits, busy = list(_WAITS_S), _BUSY_PATIENCE
        while True:
            try:
                return send(self._client, method, self.url + target, body, headers, into, self.traffic)
            except CertificateDates as wrong:
                raise trust.why_out_of_date(self.url, self._authority, self._now()) from wrong
            except Offline as gone:
                asked_s = int(str(gone.values.get("retry_s", 0)))
                if asked_s and busy:
                    busy -= 1
                    self._wait(asked_s * (1 + secrets.randbelow(256) / 512))
                elif gone.values.get("stage") == "connect" and waits:
                    self._wait(waits.pop(0))
                else:
                    raise


def _forms_in(operations: Sequence[object]) -> list[tuple[str, str]]:
    """The form versions of the operations, the most frequent first."""
    told = [(value.get("form"), value.get("form_ver")) for value in operations if isinstance(value, dict)]
    counted = Counter((form, version) for form, version in told if isinstance(form, str) and form and isinstance(version, str))
    return [pair for pair, _ in counted.most_common()]


def _pause_s(tries: int) -> float:
    """Longer after each try in vain: the district first has to notice that the line broke and to keep what had arrived."""
    return min(0.1 * 2.0**tries, 5.0)


def _offset(url: str, answer: Answer) -> int:
    told = answer.headers.get("upload-offset", "")
    if answer.headers.get("upload-complete") != "?0" or not told.isdigit():
        raise GarbledReply(url=url, what="upload-offset")
    return int(told)


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
