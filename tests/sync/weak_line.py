"""A proxy in this process that mistreats a connection the way village lines do."""

from __future__ import annotations

import random
import socket
import threading
from dataclasses import dataclass

FAULTS = ("drop-request", "drop-reply", "truncate-reply", "garbage", "twice", "dribble", "refuse")
PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\nConnection: close\r\n\r\n<html>please log in</html>"


@dataclass
class Told:
    """What the proxy did."""

    connections: int = 0
    faults: int = 0
    up_bytes: int = 0


class WeakLine:
    """Listens, passes on to `target`, and lets each connection suffer by chance; `seed` decides which way."""

    def __init__(self, target: tuple[str, int], seed: int, share: float = 0.6, drop_after: int | None = None) -> None:
        self.target, self.chance, self.share, self.drop_after = target, random.Random(seed), share, drop_after
        self.told = Told()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = "http://{}:{}".format(*self.listening.getsockname()[:2])
        self.good = False
        self.thread = threading.Thread(target=self._listen)
        self.thread.start()

    def stop(self) -> None:
        self.good = True
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self.thread.join(20)

    def _listen(self) -> None:
        workers = []
        while True:
            try:
                near, _ = self.listening.accept()
            except OSError:
                break
            self.told.connections += 1
            fault = "" if self.good or self.chance.random() > self.share else self.chance.choice(FAULTS)
            if self.drop_after is not None and not self.good:
                fault = "cut"
            self.told.faults += bool(fault)
            worker = threading.Thread(target=self._carry, args=(near, fault, self.chance.randint(1, 2_000)))
            worker.start()
            workers.append(worker)
        for worker in workers:
            worker.join(20)

    def _carry(self, near: socket.socket, fault: str, amount: int) -> None:
        """One connection: requests go through until the fault is due; then it ends."""
        near.settimeout(10)
        try:
            with near, socket.create_connection(self.target, timeout=10) as far:
                if fault == "refuse":
                    return
                if fault == "garbage":
                    _whole_message(near)
                    near.sendall(PORTAL)
                elif fault == "cut":
                    self._cut(near, far)
                else:
                    self._exchanges(near, far, fault, amount)
        except OSError:
            return

    def _exchanges(self, near: socket.socket, far: socket.socket, fault: str, amount: int) -> None:
        while request := _whole_message(near):
            self.told.up_bytes += len(request)
            if fault == "drop-request":
                far.sendall(request[:amount])
                return
            far.sendall(request)
            reply = _whole_message(far, head=request.startswith(b"HEAD "))
            if fault == "twice":
                with socket.create_connection(self.target, timeout=10) as again:
                    again.sendall(request)
                    _whole_message(again, head=request.startswith(b"HEAD "))
            if fault == "drop-reply":
                return
            if fault == "truncate-reply":
                near.sendall(reply[: max(1, len(reply) - amount)])
                return
            step = 200 if fault == "dribble" else len(reply)
            for at in range(0, len(reply), max(1, step)):
                near.sendall(reply[at : at + step])
            if fault:
                return

    def _cut(self, near: socket.socket, far: socket.socket) -> None:
        """Pass bytes up as they come, and break after so many."""
        left = self.drop_after or 0
        back = threading.Thread(target=_pour, args=(far, near))
        back.start()
        try:
            while left > 0 and (piece := near.recv(min(left, 4096))):
                self.told.up_bytes += len(piece)
                far.sendall(piece)
                left -= len(piece)
        finally:
            for side in (near, far):
                try:
                    side.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
            back.join(20)


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while piece := source.recv(4096):
            target.sendall(piece)
    except OSError:
        return


def _whole_message(source: socket.socket, *, head: bool = False) -> bytes:
    """One HTTP message with a length; empty if the other side is gone."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = source.recv(65536)
        if not piece:
            return b""
        got += piece
    start, _, body = got.partition(b"\r\n\r\n")
    length = 0
    for line in start.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length" and not head:
            length = int(value)
    while len(body) < length:
        piece = source.recv(65536)
        if not piece:
            return b""
        body += piece
    return start + b"\r\n\r\n" + body
