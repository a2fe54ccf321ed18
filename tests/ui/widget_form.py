"""The form of all widgets with its media, kept in a workspace of one household; the source is `all_widgets.md` beside this file."""

from __future__ import annotations

from pathlib import Path

from fieldapp.domain.ids import FormId
from fieldapp.engine import compiled, xform, xlsform
from fieldapp.engine.xlsform import Converted
from fieldapp.usecases import publishing
from fieldapp.usecases.workspaces import Workspace
from sync.replica import PublishedForm
from tests.robots import widgets

FORM = FormId("all_widgets")
ROOT = "/all_widgets"
_PLAN = """<svg xmlns="http://www.w3.org/2000/svg" width="400" height="240">
<rect width="400" height="240" fill="#dfe8d8"/>
<rect id="brick" x="30" y="60" width="130" height="120" fill="#c96f4a"/>
<ellipse id="cave" cx="290" cy="130" rx="80" ry="60" fill="#b39a6b"/></svg>"""
MEDIA = {"house.png": widgets.picture(200, 120, "#c96f4a"), "cave.png": widgets.picture(200, 120, "#b39a6b"), "plan.svg": _PLAN.encode()}


def convert() -> Converted:
    """The form from its source; pyxform takes a second."""
    return xlsform.convert(Path(__file__).with_name("all_widgets.md"))


def install(workspace: Workspace, made: Converted | None = None) -> None:
    """Keep the compiled form."""
    made = made or convert()
    form = PublishedForm(made.definition.form, made.definition.version, made.definition.title, made.xform, MEDIA)
    publishing.install(workspace, [(form, compiled.dump(made.definition))])


def install_xform(workspace: Workspace, text: str) -> FormId:
    """Keep a form that is an XForm already; its id."""
    definition = xform.parse(text)
    form = PublishedForm(definition.form, definition.version, definition.title, text, {})
    publishing.install(workspace, [(form, compiled.dump(definition))])
    return FormId(definition.form)
