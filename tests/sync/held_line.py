"""A line between a laptop and the district that holds what is sent for as long as a test wants."""

from __future__ import annotations

import contextlib
import socket
import threading


class HeldLine:
    """Passes bytes on to `target`; once `hold` is called, what a laptop sends next stops on the way until `release`."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.asked = threading.Event()
        """Something that was sent after `hold` is on its way."""
        self._open, self._ends = threading.Event(), threading.Event()
        self._open.set()
        self._sockets: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()

    def hold(self) -> None:
        """From now on nothing arrives."""
        self.asked.clear()
        self._open.clear()

    def release(self) -> None:
        """What is on its way arrives."""
        self._open.set()

    def stop(self) -> None:
        """Be gone."""
        self._ends.set()
        self._open.set()
        for one in (self._listening, *self._sockets):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(20)

    def _listen(self) -> None:
        while not self._ends.is_set():
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target, timeout=20)
            except OSError:
                near.close()
                continue
            self._sockets += [near, far]
            for way in ((near, far, True), (far, near, False)):
                thread = threading.Thread(target=self._pump, args=way)
                self._threads.append(thread)
                thread.start()

    def _pump(self, source: socket.socket, sink: socket.socket, is_up: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(4096):
                if is_up and not self._open.is_set():
                    self.asked.set()
                    self._open.wait(60)
                sink.sendall(piece)
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
