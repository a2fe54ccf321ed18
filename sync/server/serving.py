"""Listening: a socket, uvicorn on it, and one line that says where."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address

import uvicorn

from . import certificates, pages
from .app import build
from .district import District
from .errors import PortTaken
from .rush import Rush

_LOOK_EVERY = 600
"""Ticks of a tenth of a second between looks at the certificate's file."""


class _Announcing(uvicorn.Server):
    """Tells once it answers, and takes a renewed certificate without a restart."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], tend: Callable[[], None] = lambda: None) -> None:
        super().__init__(config)
        self._ready, self._tend = ready, tend

    async def on_tick(self, counter: int) -> bool:
        if counter % _LOOK_EVERY == 0:
            self.look_at_certificate()
        return await super().on_tick(counter)

    def look_at_certificate(self) -> None:
        """Renew it if it is time, and use the newest for all connections from now on."""
        self._tend()
        if self.config.ssl is not None and self.config.ssl_certfile:
            self.config.ssl.load_cert_chain(self.config.ssl_certfile, self.config.ssl_keyfile)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if not self.should_exit:
            self._ready()


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
) -> _Announcing:
    """A server over a district; `run(sockets=[...])` serves until `should_exit`. With `tls` it shows the district's own certificate.

    `page_for` are the networks whose people may use the page from their own machines.
    """

    def tend() -> None:
        if tls and not certificate:
            certificates.ensure(district.folder, district.now(), names)

    tend()
    own = certificates.current(district.folder) if tls and not certificate else None
    config = uvicorn.Config(
        build(district, rush=rush, page_for=page_for),
        log_level="warning",
        access_log=False,
        log_config=None,
        http="h11",
        ws="none",
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
        server_header=False,
        ssl_certfile=own.file if own else certificate or None,
        ssl_keyfile=own.key_file if own else private_key or None,
    )
    return _Announcing(config, ready, tend)
