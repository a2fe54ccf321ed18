"""Publishing forms: an XForm as it is, or an XLSForm turned into one by pyxform; a published version never changes."""

from __future__ import annotations

import re
from collections.abc import Set
from pathlib import Path
from xml.etree import ElementTree

from sqlmodel import Session, col, select

from ..replica import PublishedForm
from .district import District
from .errors import AlreadyKnown, FormUnreadable, NotKnown
from .tables import Form, FormFile

_H = "{http://www.w3.org/1999/xhtml}"
_X = "{http://www.w3.org/2002/xforms}"
_ROOT = "form__data"
"""The root element of a form that does not name its own: unlike any question."""
_EXTERNAL = "itemsets.csv"
_SHOWN = re.compile(r"""jr://(?:images|audio|video)/([^"'<>\s/\\]+)""")
_READ = re.compile(r"""["']jr://(?:file|file-csv)/([^"'<>\s/\\]+)["']""")


def publish(district: District, file: Path) -> PublishedForm:
    """Publish a form with the media files that it reads. Raises FormUnreadable, AlreadyKnown, NotKnown(file)."""
    if not file.is_file():
        raise NotKnown(what="file", name=str(file))
    xform, made_files = (_text(file), {}) if file.suffix.lower() == ".xml" else _converted(file)
    form, version, title = _identity(file, xform)
    made = PublishedForm(form=form, version=version, title=title, xform=xform, files={**made_files, **_media(file, xform)})
    with district.writing() as session:
        known = session.get(Form, (form, version))
        if known is not None:
            if known.xform == xform and _files(session, form, version) == dict(made.files):
                return made
            raise AlreadyKnown(what="form", name=f"{form} {version}")
        session.add(Form(form=form, version=version, title=title, xform=xform, published_at=district.stamp()))
        session.flush()
        for name, data in sorted(made.files.items()):
            session.add(FormFile(form=form, version=version, name=name, data=data))
    return made


def next_unknown(session: Session, known: Set[tuple[str, str]]) -> tuple[tuple[PublishedForm, ...], bool]:
    """One form version that a device does not have, oldest first, and whether there are more; one at a time for weak lines."""
    unknown = [(form, version) for form, version in published(session) if (form, version) not in known]
    return tuple(read(session, form, version) for form, version in unknown[:1]), len(unknown) > 1


def published(session: Session) -> list[tuple[str, str]]:
    """(form, version) of all that was published, the oldest first."""
    return list(session.exec(select(Form.form, Form.version).order_by(col(Form.published_at), col(Form.form), col(Form.version))).all())


def read(session: Session, form: str, version: str) -> PublishedForm:
    """A published form version. Raises NotKnown(form)."""
    row = session.get(Form, (form, version))
    if row is None:
        raise NotKnown(what="form", name=f"{form} {version}")
    return PublishedForm(form=form, version=version, title=row.title, xform=row.xform, files=_files(session, form, version))


def _files(session: Session, form: str, version: str) -> dict[str, bytes]:
    return {row.name: row.data for row in session.exec(select(FormFile).where(FormFile.form == form, FormFile.version == version)).all()}


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        raise FormUnreadable(file=str(file), detail="utf-8") from wrong


def _converted(file: Path) -> tuple[str, dict[str, bytes]]:
    """The XForm, and the media file of external choices if the form has any."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    try:
        made = convert(file, form_name=_ROOT)
        return str(made.xform), {_EXTERNAL: str(made.itemsets).encode("utf-8")} if made.itemsets else {}
    except (PyXFormError, ValueError, OSError, KeyError) as wrong:
        raise FormUnreadable(file=str(file), detail=str(wrong)) from wrong


def _identity(file: Path, xform: str) -> tuple[str, str, str]:
    if re.search(r"<!(DOCTYPE|ENTITY)", xform):
        raise FormUnreadable(file=str(file), detail="DOCTYPE")
    try:
        root = ElementTree.fromstring(xform)
    except ElementTree.ParseError as wrong:
        raise FormUnreadable(file=str(file), detail=str(wrong)) from wrong
    instance = root.find(f"{_H}head/{_X}model/{_X}instance")
    if instance is None or len(instance) == 0:
        raise FormUnreadable(file=str(file), detail="instance")
    main = instance[0]
    form = main.get("id", "")
    if not form:
        raise FormUnreadable(file=str(file), detail="id")
    return form, main.get("version", ""), root.findtext(f"{_H}head/{_H}title") or form


def _media(file: Path, xform: str) -> dict[str, bytes]:
    """The files that the form reads or shows, from beside it or from its `-media` folder, which is taken whole.

    A list that the form reads (`jr://file-csv/parameters.csv`) must be there; a picture that is not leaves its words alone.
    """
    folder = file.with_name(f"{file.stem}-media")
    found = {item.name: item.read_bytes() for item in sorted(folder.iterdir()) if item.is_file()} if folder.is_dir() else {}
    for name in _SHOWN.findall(xform):
        beside = file.with_name(name)
        if name not in found and beside.is_file():
            found[name] = beside.read_bytes()
    for name in _READ.findall(xform):
        beside = file.with_name(name)
        if name not in found and beside.is_file():
            found[name] = beside.read_bytes()
        if name not in found:
            raise FormUnreadable(file=str(file), detail=f"media: {name}")
    return found
