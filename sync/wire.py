"""How bodies stand on the wire: JSON under zstd with size caps, signed requests and replies, refusals with a code.

Everything that is read here came from outside, so each reader takes only the exact shape or raises GarbledReply.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn

from . import compact, lexicon
from .compact import Written
from .errors import ExchangeError, GarbledReply, NotEnrolled, ProtocolTooOld, Refused

if TYPE_CHECKING:
    from zstandard import ZstdCompressionDict

PROTOCOL = 2
OLDEST_READ = 1
PLAIN, CLOSE = 1, 2
"""Bodies of JSON alone; bodies whose operations stand close together (`compact`)."""
MAX_PACKED = 16 << 20
MAX_PLAIN = 64 << 20
MAX_FILE = 32 << 20
CONTENT_TYPE = "application/x-fieldapp+zstd"
_LEVEL, _CLOSE_LEVEL, _CLOSE_UP_TO = 10, 19, 1 << 20
_MAGIC = b"FXC2"
_END = "\x00"
"""After the JSON of a close body; neither JSON nor operations hold it."""

LINE_HELLO, LINE_NAME, LINE_COUNT = b"\x00FXL1", 16, 8
"""How a socket begins that goes on with a line that broke, unlike TLS and HTTP; bytes of the line's name, and of a count of bytes."""

HASH = re.compile(r"[0-9a-f]{64}")
DEVICE = re.compile(r"[0-9a-f]{32}")
VILLAGE = re.compile(r"[0-9]{12}")


def pack(value: object) -> bytes:
    """JSON (sorted keys, no white space, UTF-8) under zstd."""
    import zstandard

    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return zstandard.ZstdCompressor(level=_LEVEL).compress(text.encode("utf-8"))


def unpack(data: bytes) -> object:
    """The value of packed bytes; never unfolds more than MAX_PLAIN bytes. Raises GarbledReply."""
    if len(data) > MAX_PACKED:
        raise GarbledReply(what="too-large")
    return read_json(_unfolded(data))


def is_close(data: bytes) -> bool:
    """Whether a body is of version CLOSE."""
    return data.startswith(_MAGIC)


def pack_close(value: object, batch: Written, dictionary: bytes = b"") -> bytes:
    """A JSON value and a batch of operations under zstd with a dictionary, then what does not compress."""
    import zstandard

    head = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    text = (head + _END + batch.text).encode("utf-8")
    level = _CLOSE_LEVEL if len(text) <= _CLOSE_UP_TO else _LEVEL
    folded = zstandard.ZstdCompressor(level=level, dict_data=_dictionary(dictionary), write_content_size=False).compress(text)
    called = lexicon.name(dictionary) if dictionary else lexicon.NONE
    return _MAGIC + called + len(folded).to_bytes(4, "big") + folded + batch.raw


def unpack_close(data: bytes, dictionaries: Mapping[bytes, bytes]) -> tuple[object, list[object]]:
    """The value and the operations; `dictionaries` by name. Raises GarbledReply (dictionary-unknown among others)."""
    if len(data) > MAX_PACKED:
        raise GarbledReply(what="too-large")
    called, end = data[4:12], 16 + int.from_bytes(data[12:16], "big")
    if len(data) < end:
        raise GarbledReply(what="cut")
    if called != lexicon.NONE and called not in dictionaries:
        raise GarbledReply(what="dictionary-unknown")
    try:
        head, mark, text = _unfolded(data[16:end], dictionaries.get(called, b"")).decode("utf-8").partition(_END)
    except UnicodeDecodeError as wrong:
        raise GarbledReply(what="not-json") from wrong
    if not mark:
        raise GarbledReply(what="operations")
    return read_json(head.encode()), compact.read(text, data[end:])


def _unfolded(data: bytes, dictionary: bytes = b"") -> bytes:
    import zstandard

    try:
        unfolder = zstandard.ZstdDecompressor(dict_data=_dictionary(dictionary), max_window_size=1 << 27)
        with unfolder.stream_reader(data) as reader:
            plain = reader.read(MAX_PLAIN + 1)
    except zstandard.ZstdError as wrong:
        raise GarbledReply(what="not-zstd") from wrong
    if len(plain) > MAX_PLAIN:
        raise GarbledReply(what="too-large")
    return plain


def _dictionary(words: bytes) -> ZstdCompressionDict | None:
    import zstandard

    return zstandard.ZstdCompressionDict(words, dict_type=zstandard.DICT_TYPE_RAWCONTENT) if words else None


def read_json(plain: bytes) -> object:
    """Strict JSON: UTF-8, no NaN. Raises GarbledReply."""
    try:
        value: object = json.loads(plain.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as wrong:
        raise GarbledReply(what="not-json") from wrong
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def request_text(method: str, target: str, device: str, time: str, nonce: str, body_hash: str) -> bytes:
    """What a device signs for one request; `target` is the path with its query, `body_hash` the SHA-256 of the body as hex."""
    return "\n".join(("district request 1", method, target, device, time, nonce, body_hash)).encode()


def reply_text(nonce: str, body: bytes) -> bytes:
    """What the district signs for one reply to the request of that nonce."""
    return "\n".join(("district reply 1", nonce, hashlib.sha256(body).hexdigest())).encode()


_STATUS = {"not-enrolled": 401, "protocol-too-old": 426, "refused": 403}


def refusal(error: ExchangeError) -> tuple[int, bytes]:
    """The HTTP status and the JSON body that tell an error to the other side."""
    values = {name: value for name, value in error.values.items() if isinstance(value, str | int)}
    body = {"error": error.code, "values": values}
    return _STATUS.get(error.code, 400), json.dumps(body, sort_keys=True).encode()


def refused_with(body: bytes) -> ExchangeError:
    """The error that the other side tells of. Raises GarbledReply if this is not a refusal of this protocol."""
    told = read_json(body)
    if not isinstance(told, dict) or not isinstance(told.get("error"), str) or not isinstance(told.get("values"), dict):
        raise GarbledReply(what="not-a-refusal")
    values = {str(name): value for name, value in told["values"].items() if isinstance(value, str | int)}
    if told["error"] == "not-enrolled":
        return NotEnrolled(**values)
    if told["error"] == "protocol-too-old":
        return ProtocolTooOld(**values)
    return Refused(**{"reason": told["error"], **values})


def check_version(body: Mapping[str, object]) -> None:
    """Raises ProtocolTooOld unless this program reads the version of the body."""
    version = body.get("v")
    if type(version) is not int:
        raise GarbledReply(what="v")
    if not OLDEST_READ <= version <= PROTOCOL:
        raise ProtocolTooOld(mine=PROTOCOL, theirs=version)


def an_object(value: object, what: str) -> dict[str, object]:
    """A JSON object. Raises GarbledReply naming `what`, as all the readers below."""
    if not isinstance(value, dict):
        raise GarbledReply(what=what)
    return value


def a_list(body: Mapping[str, object], name: str) -> list[object]:
    """The list under a name."""
    value = body.get(name)
    if not isinstance(value, list):
        raise GarbledReply(what=name)
    return value


def a_text(body: Mapping[str, object], name: str, shape: re.Pattern[str] | None = None) -> str:
    """The text under a name, of a shape."""
    value = body.get(name)
    if not isinstance(value, str) or (shape is not None and shape.fullmatch(value) is None):
        raise GarbledReply(what=name)
    return value


def a_number(body: Mapping[str, object], name: str) -> int:
    """The whole number from 0 to 2⁵³ under a name."""
    value = body.get(name)
    if type(value) is not int or not 0 <= value <= 1 << 53:
        raise GarbledReply(what=name)
    return value


def two_numbers(body: Mapping[str, object], name: str) -> tuple[int, int] | None:
    """The two numbers under a name, None if nothing stands there."""
    if name not in body:
        return None
    told = dict(enumerate(a_list(body, name)))
    if len(told) != 2:
        raise GarbledReply(what=name)
    first, second = (a_number({name: value}, name) for value in told.values())
    return first, second


def a_claim(body: Mapping[str, object], name: str) -> bool:
    """The true or false under a name."""
    value = body.get(name)
    if not isinstance(value, bool):
        raise GarbledReply(what=name)
    return value


def some_bytes(body: Mapping[str, object], name: str, length: int | None = None) -> bytes:
    """The bytes that stand as hex under a name."""
    try:
        value = bytes.fromhex(a_text(body, name))
    except ValueError as wrong:
        raise GarbledReply(what=name) from wrong
    if length is not None and len(value) != length:
        raise GarbledReply(what=name)
    return value


def texts(body: Mapping[str, object], name: str) -> list[str]:
    """The list of texts under a name."""
    values = a_list(body, name)
    if not all(isinstance(value, str) for value in values):
        raise GarbledReply(what=name)
    return [str(value) for value in values]


def pairs(body: Mapping[str, object], name: str) -> tuple[tuple[str, str], ...]:
    """The list of pairs of texts under a name."""
    pairs = []
    for value in a_list(body, name):
        if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, str) for part in value):
            raise GarbledReply(what=name)
        pairs.append((value[0], value[1]))
    return tuple(pairs)
