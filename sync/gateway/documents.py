"""The XML documents that a gateway answers with: form list, manifest, response (OpenRosa 1.0)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from xml.sax.saxutils import escape

_LIST = "http://openrosa.org/xforms/xformsList"
_MANIFEST = "http://openrosa.org/xforms/xformsManifest"
_RESPONSE = "http://openrosa.org/http/response"


@dataclass(frozen=True, slots=True)
class Offered:
    """A form version that may be filled now."""

    form: str
    version: str
    title: str
    xform: bytes
    files: Mapping[str, bytes]


def form_list(offered: Iterable[Offered], base: str, verbose: bool = False) -> str:
    """The form list (OpenRosa Form Discovery API); `base` is the gateway's own address without a slash at its end."""
    return _document("xforms", _LIST, [_listed(form, base, verbose) for form in offered])


def manifest(form: Offered, base: str) -> str:
    """The media files of a form (OpenRosa Manifest)."""
    files = []
    for name, data in sorted(form.files.items()):
        address = f"{base}/files/{quote(name, safe='')}?{_asked(form)}"
        files.append(f"<mediaFile>{_leaf('filename', name)}{_leaf('hash', _hash(data))}{_leaf('downloadUrl', address)}</mediaFile>")
    return _document("manifest", _MANIFEST, files)


def response(message: str, nature: str = "") -> str:
    """What the person at the phone reads (OpenRosa HTTP response)."""
    told = f' nature="{nature}"' if nature else ""
    return _document("OpenRosaResponse", _RESPONSE, [f"<message{told}>{escape(message)}</message>"])


def _listed(form: Offered, base: str, verbose: bool) -> str:
    told = [
        _leaf("formID", form.form),
        _leaf("name", form.title),
        _leaf("version", form.version),
        _leaf("hash", _hash(form.xform)),
        _leaf("descriptionText", form.title) if verbose else "",
        _leaf("downloadUrl", f"{base}/form?{_asked(form)}"),
        _leaf("manifestUrl", f"{base}/manifest?{_asked(form)}") if form.files else "",
    ]
    return f"<xform>{''.join(told)}</xform>"


def _asked(form: Offered) -> str:
    return urlencode({"formID": form.form, "version": form.version})


def _hash(data: bytes) -> str:
    """MD5 because the OpenRosa documents say so: it tells versions apart and protects nothing."""
    return f"md5:{hashlib.md5(data, usedforsecurity=False).hexdigest()}"


def _leaf(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _document(name: str, namespace: str, inner: Iterable[str]) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{namespace}">{"".join(inner)}</{name}>'
