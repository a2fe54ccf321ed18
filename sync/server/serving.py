"""Listening: a socket, uvicorn on it, and one line that says where."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from . import certificates, lasting, pages
from .app import build
from .arrivals import Readers
from .district import District
from .errors import PortTaken
from .rush import Rush

_LOOK_EVERY = 600
"""Ticks of a tenth of a second between looks at the certificate's file."""


@dataclass(frozen=True, slots=True)
class Tls:
    """What the server shows; `tend` renews the files if it is time."""

    context: ssl.SSLContext
    file: str
    key_file: str
    tend: Callable[[], None]

    def look(self) -> None:
        """Use the newest for all connections from now on."""
        self.tend()
        self.context.load_cert_chain(self.file, self.key_file)


class _Announcing(uvicorn.Server):
    """Tells once it answers, and takes a renewed certificate without a restart."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], lines: lasting.Lines, tls: Tls | None, end: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._ready, self.lines, self.tls, self._end = ready, lines, tls, end

    async def on_tick(self, counter: int) -> bool:
        if counter % _LOOK_EVERY == 0:
            self.look_at_certificate()
        return await super().on_tick(counter)

    def look_at_certificate(self) -> None:
        """Renew it if it is time, and use the newest for all connections from now on."""
        if self.tls is not None:
            self.tls.look()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.lines.end()
        await super().shutdown(sockets)
        # Here and not after serving: the signal that ended it is raised again there.
        self._end()


def open_socket(listen: str) -> socket.socket:
    """A listening socket for HOST:PORT; port 0 lets the system choose. Raises PortTaken."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, int(port)))
        opened.listen(256)
    except (OSError, ValueError, OverflowError) as wrong:
        opened.close()
        raise PortTaken(listen=listen, detail=str(wrong)) from wrong
    return opened


def url_of(opened: socket.socket, secure: bool = False) -> str:
    """The address under which the socket is reached."""
    host, port = opened.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"{'https' if secure else 'http'}://{name}:{port}"


def is_loopback(listen: str) -> bool:
    """Whether only this machine reaches an address HOST:PORT."""
    host = listen.rpartition(":")[0].strip("[]") or "127.0.0.1"
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def server(
    district: District,
    ready: Callable[[], None],
    certificate: str = "",
    private_key: str = "",
    *,
    tls: bool = False,
    names: Sequence[str] = (),
    rush: Rush | None = None,
    page_for: Sequence[pages.Network] = (),
    readers: Readers | None = None,
) -> _Announcing:
    """A server over a district; `run(sockets=[...])` serves until `should_exit`. With `tls` it shows the district's own certificate.

    `page_for` are the networks whose people may use the page from their own machines.
    """

    shown, lines = _shown(district, certificate, private_key, tls=tls, names=names), lasting.Lines()

    def speaking(**given: Any) -> asyncio.Protocol:
        # TLS stands inside a line and not below it, so that it outlives a socket.
        return lasting.arrival(lines, H11Protocol(**given), shown.context if shown else None)

    config = uvicorn.Config(
        build(district, rush=rush, page_for=page_for, readers=readers),
        log_level="warning",
        access_log=False,
        log_config=None,
        http=speaking,  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    return _Announcing(config, ready, lines, shown, readers.close if readers else lambda: None)


def _shown(district: District, certificate: str, private_key: str, *, tls: bool, names: Sequence[str]) -> Tls | None:
    """A certificate that was brought, else the district's own, else none."""

    def tend() -> None:
        if not certificate:
            certificates.ensure(district.folder, district.now(), names)

    if certificate:
        file, key_file = certificate, private_key or certificate
    elif tls:
        tend()
        own = certificates.current(district.folder)
        assert own is not None
        file, key_file = own.file, own.key_file
    else:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Laptops make a new connection seldom, and then look at the certificate again.
    context.num_tickets = 0
    made = Tls(context, file, key_file, tend)
    made.look()
    return made
