"""Commands of `district` about the line: serving with TLS, slips that pin the authority, and the certificate."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from ..slip import SUFFIX, file_text, text
from .district import District
from .errors import PortTaken

Told = dict[str, Any]


def serve(district: District, asked: argparse.Namespace, ready: Callable[[str], None]) -> None:
    """Answer until told to stop; on any address that others reach with the district's own certificate. Raises PortTaken."""
    from .arrivals import Readers, usual_count
    from .serving import is_loopback, open_socket, server, url_of
    from .watch import log_to_stderr

    own = asked.tls == "on" or (asked.tls == "auto" and not asked.certificate and not is_loopback(asked.listen))
    try:
        opened = open_socket(asked.listen)
    except PortTaken:
        district.close()
        raise
    url = url_of(opened, secure=own or bool(asked.certificate))
    log_to_stderr()
    try:
        answering = server(
            district,
            lambda: ready(url),
            asked.certificate or "",
            asked.private_key or "",
            tls=own,
            names=_names(district, asked.name),
            page_for=asked.page_for,
            readers=Readers(usual_count() if asked.readers is None else asked.readers),
        )
        answering.run(sockets=[opened])
    finally:
        opened.close()
        district.close()


def init_line(district: District, asked: argparse.Namespace) -> Told:
    """Make authority and certificate, and note under which address laptops will find the district."""
    from .certificates import ensure
    from .slips import keep_url

    if asked.url:
        keep_url(district, asked.url)
    held = ensure(district.folder, district.now(), _names(district, asked.name))
    return {"pin": held.pin, "certificate_until": held.until.isoformat(timespec="seconds"), "url": asked.url or ""}


def slip_of(district: District, code: str, area: str, asked: argparse.Namespace) -> Told:
    """The slip of a code: text for a QR code, and the file for a stick if one is named."""
    from .slips import make_slip, public_url

    url = asked.url or public_url(district)
    if not url:
        return {}
    slip = make_slip(district, code, area, url)
    if asked.out:
        Path(asked.out).with_suffix(SUFFIX).write_text(file_text(slip), encoding="utf-8")
    if asked.qr:
        import segno

        segno.make(text(slip), error="m").save(asked.qr, kind="png", scale=6)
    return {"slip": text(slip)}


def renew(district: District, asked: argparse.Namespace) -> Told:
    """Another certificate under the same authority; a running server takes it within a minute."""
    from . import certificates

    held = certificates.current(district.folder)
    made = certificates.renew(district.folder, district.now(), (*(held.names if held else ()), *_names(district, asked.name)))
    return {"until": made.until.isoformat(timespec="seconds"), "names": list(made.names), "pin": made.pin}


def arguments(init: argparse.ArgumentParser, serving: argparse.ArgumentParser, code: argparse.ArgumentParser) -> None:
    """What the commands of the line take beside what they took before."""
    for parser in (init, serving):
        parser.add_argument("--name", metavar="HOST", action="append", default=[])
    for parser in (init, code):
        parser.add_argument("--url", metavar="URL", default="")
    serving.add_argument("--listen", metavar="HOST:PORT", default="127.0.0.1:8750")
    serving.add_argument("--page-for", metavar="NETWORK", action="append", type=ip_network, default=[])
    serving.add_argument("--readers", metavar="N", type=int, choices=range(17))
    serving.add_argument("--certificate", metavar="FILE")
    serving.add_argument("--private-key", metavar="FILE")
    serving.add_argument("--tls", choices=("auto", "on", "off"), default="auto")
    code.add_argument("--out", metavar=f"FILE{SUFFIX}", default="")
    code.add_argument("--qr", metavar="FILE.png", default="")


def _names(district: District, told: list[str]) -> list[str]:
    from urllib.parse import urlsplit

    from .slips import public_url

    host = urlsplit(public_url(district)).hostname
    return [*told, *([host] if host else [])]
