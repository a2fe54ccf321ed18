"""How the district's page looks: templates, sentences, times as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

from . import roles
from .district import District
from .words import all_words, say

if TYPE_CHECKING:
    from jinja2 import Environment

LANGUAGES = ("zh_CN", "en")
_CHINA = timezone(timedelta(hours=8))
_MENU = ("/", "/conflicts", "/quarantine", "/unsent", "/people", "/devices", "/phones", "/slips", "/audit")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is signed in, as the database says now."""

    name: str
    role: str
    area: str
    form_token: str

    @property
    def bound(self) -> str:
        """The area beyond which this person sees nothing; empty for the offices, which answer for the whole district."""
        return "" if self.role in roles.OFFICES else self.area


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a person, read and let in."""

    district: District
    language: str
    path: str
    route: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)
    visitor: Visitor | None = None

    @property
    def who(self) -> Visitor:
        """The visitor of a page that nobody sees without signing in."""
        if self.visitor is None:
            raise LookupError(self.path)
        return self.visitor

    @property
    def page(self) -> int:
        """The page of a list that is asked for."""
        told = self.query.get("page", "1")
        return int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 1

    def say(self, message: str, /, **values: object) -> str:
        """A sentence of the page."""
        return say(f"page-{message}", self.language, **values)

    def link(self, **changes: object) -> str:
        """This page with other things asked of it."""
        told = {name: value for name, value in {**self.query, **changes}.items() if value not in ("", None)}
        return f"{self.path}?{urlencode(told)}" if told else self.path


def shown(visit: Visit, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
    """A template as an answer."""
    visitor = visit.visitor
    menu = [path for path in _MENU if visitor and roles.may_open(visitor.role, "GET", path)]
    other = next(name for name in LANGUAGES if name != visit.language)
    html = (
        _environment()
        .get_template(template)
        .render(
            t=visit.say,
            named=lambda kind, code: _named(visit.language, kind, code),
            visit=visit,
            visitor=visitor,
            menu=menu,
            other=other,
            allowed=lambda method, path: visitor is not None and roles.may_open(visitor.role, method, path),
            **values,
        )
    )
    return HTMLResponse(html, status_code=status)


@cache
def style() -> str:
    """The style sheet."""
    return (files(__package__) / "templates" / "page.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("sync.server"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, cache_size=50
    )
    made.filters["local"] = _local
    made.filters["number"] = lambda value: f"{value:,}"
    made.filters["short"] = lambda identity: f"{identity[:8]}…"
    return made


def _named(language: str, kind: str, code: str) -> str:
    """The word for a code (a role, a reason, a field); the code itself where there is none."""
    return all_words(language).get(f"page-{kind}-{code}", code)


def _local(stamp: str) -> str:
    """A moment as the clocks of China show it."""
    return datetime.fromisoformat(stamp).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M") if stamp else ""
