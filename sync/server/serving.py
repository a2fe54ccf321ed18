"""Listening: a socket, uvicorn on it, and one line that says where."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from .app import build
from .district import District
from .errors import PortTaken


class _Announcing(uvicorn.Server):
    """Tells once it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

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


def server(district: District, ready: Callable[[], None], certificate: str = "", private_key: str = "") -> uvicorn.Server:
    """A server over a district; `run(sockets=[...])` serves until `should_exit`."""
    config = uvicorn.Config(
        build(district),
        log_level="warning",
        access_log=False,
        http="h11",
        ws="none",
        lifespan="off",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
        server_header=False,
        ssl_certfile=certificate or None,
        ssl_keyfile=private_key or None,
    )
    return _Announcing(config, ready)
