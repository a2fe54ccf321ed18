"""What an operator sees: counts for Prometheus and one JSON line a request, both without anything about people or households."""

from __future__ import annotations

import json
import logging
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

_log = logging.getLogger("district.request")
_BOUNDS_S = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0)
_BLANK = re.compile(r"\{([a-z]+)\}")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


@dataclass(slots=True)
class Metrics:
    """Counters of this process."""

    requests: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    buckets: dict[tuple[str, float], int] = field(default_factory=lambda: defaultdict(int))
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    in_flight: int = 0

    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter `district_<name>_total`."""
        self.counts[name] += by

    def observe(self, method: str, route: str, status: int, took_s: float) -> None:
        """One request came to its end."""
        self.requests[method, route, status] += 1
        self.seconds[route] += took_s
        for bound in _BOUNDS_S:
            self.buckets[route, bound] += took_s <= bound

    def text(self, gauges: dict[str, float]) -> str:
        """The exposition format of Prometheus, version 0.0.4."""
        lines = ["# TYPE district_requests_total counter"]
        lines += [
            f'district_requests_total{{method="{method}",route="{route}",status="{status}"}} {number}'
            for (method, route, status), number in sorted(self.requests.items())
        ]
        lines.append("# TYPE district_request_seconds histogram")
        for route, total in sorted(self.seconds.items()):
            number = sum(found for (_, told, _), found in self.requests.items() if told == route)
            lines += [f'district_request_seconds_bucket{{route="{route}",le="{b}"}} {self.buckets[route, b]}' for b in _BOUNDS_S]
            lines.append(f'district_request_seconds_bucket{{route="{route}",le="+Inf"}} {number}')
            lines.append(f'district_request_seconds_sum{{route="{route}"}} {total:.6f}')
            lines.append(f'district_request_seconds_count{{route="{route}"}} {number}')
        for name, value in sorted(self.counts.items()):
            lines += [f"# TYPE district_{name}_total counter", f"district_{name}_total {value}"]
        for name, gauge in sorted({**gauges, "in_flight_requests": self.in_flight}.items()):
            lines += [f"# TYPE district_{name} gauge", f"district_{name} {gauge:g}"]
        return "\n".join(lines) + "\n"


class Routes:
    """The application's own route templates: a request is counted by the one it fits, never by what it is about."""

    def __init__(self, templates: Iterable[str]) -> None:
        self._shapes = [(re.compile(_pattern(one)), _BLANK.sub(r":\1", one)) for one in dict.fromkeys(templates)]

    def of(self, path: str) -> str:
        """The template with its blanks as `:name`, `:other` for what nobody answers."""
        return next((told for shape, told in self._shapes if shape.fullmatch(path)), ":other")


def _pattern(template: str) -> str:
    """Of the paths that Starlette gives to the route: a blank is anything without a slash."""
    return "[^/]+".join(re.escape(part) for part in re.split(r"\{[a-z]+\}", template))


@dataclass(slots=True)
class Watched:
    """The application with its requests counted and logged."""

    app: App
    metrics: Metrics
    routes: Routes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, told = time.monotonic(), {"status": 0, "in": 0, "out": 0}

        async def receiving() -> Message:
            message = await receive()
            told["in"] += len(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            told["status"] = message.get("status", told["status"])
            told["out"] += len(message.get("body", b""))
            await send(message)

        self.metrics.in_flight += 1
        try:
            await self.app(scope, receiving, sending)
        finally:
            self.metrics.in_flight -= 1
            took_s, route = time.monotonic() - began, self.routes.of(scope["path"])
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "PATCH", "DELETE") else ":other"
            self.metrics.observe(method, route, told["status"], took_s)
            self.metrics.count("received_bytes", told["in"])
            self.metrics.count("sent_bytes", told["out"])
            _log.info("request", extra={"told": {"method": method, "route": route, "ms": round(took_s * 1000), **told}})


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, what, and numbers; never a message's arguments or an exception's words."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told = getattr(record, "told", {})
        error = {"error": record.exc_info[0].__name__} if record.exc_info and record.exc_info[0] else {}
        what = str(record.msg) if record.name.startswith("district") else record.name
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created))
        return json.dumps({"time": stamp, "level": record.levelname, "what": what, **told, **error}, sort_keys=True)


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send this process's log to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
