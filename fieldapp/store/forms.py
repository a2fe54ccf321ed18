"""Published form versions on this laptop: XForm text, the compiled cache, media files; each checked against its hash on reading."""

from __future__ import annotations

import hashlib

from sqlmodel import col, func, select

from fieldapp.errors import AlreadyThere, NotFound, WorkspaceDamaged
from sync.replica import PublishedForm

from .tables import FormFileRow, FormRow
from .transaction import Transaction


def keep(tx: Transaction, form: PublishedForm, compiled: bytes | None = None) -> None:
    """Add a version; the same again changes nothing, another text under the same version raises AlreadyThere."""
    known = tx.session.get(FormRow, (form.form, form.version))
    if known is not None:
        if known.sum != _sum(form.xform.encode()):
            raise AlreadyThere(what="form", id=f"{form.form} {form.version}")
        return
    number = tx.session.exec(select(func.max(FormRow.number))).one() or 0
    tx.session.add(
        FormRow(
            form=form.form,
            version=form.version,
            number=number + 1,
            title=form.title,
            xform=form.xform,
            sum=_sum(form.xform.encode()),
            compiled=compiled,
            compiled_sum=_sum(compiled) if compiled is not None else "",
        )
    )
    for name, data in form.files.items():
        tx.session.add(FormFileRow(form=form.form, version=form.version, name=name, data=data, sum=_sum(data)))


def keep_compiled(tx: Transaction, form: str, version: str, compiled: bytes) -> None:
    """Set the compiled cache of a version; raises NotFound."""
    row = _row(tx, form, version)
    row.compiled, row.compiled_sum = compiled, _sum(compiled)
    tx.session.add(row)


def compiled(tx: Transaction, form: str, version: str) -> bytes | None:
    """The compiled cache, None when it has to be made (again); raises NotFound."""
    row = _row(tx, form, version)
    return row.compiled if row.compiled is not None and _sum(row.compiled) == row.compiled_sum else None


def get(tx: Transaction, form: str, version: str) -> PublishedForm:
    """A version with its files; raises NotFound, WorkspaceDamaged (form)."""
    row = _row(tx, form, version)
    if _sum(row.xform.encode("utf-8", "surrogatepass")) != row.sum:
        raise WorkspaceDamaged(part="form", detail=f"{form} {version}")
    return PublishedForm(row.form, row.version, row.title, row.xform, files(tx, form, version))


def files(tx: Transaction, form: str, version: str) -> dict[str, bytes]:
    """The media files of a version by name; raises WorkspaceDamaged (form)."""
    rows = tx.session.exec(select(FormFileRow).where(FormFileRow.form == form, FormFileRow.version == version)).all()
    for row in rows:
        if _sum(row.data) != row.sum:
            raise WorkspaceDamaged(part="form", detail=f"{form} {version} {row.name}")
    return {row.name: row.data for row in rows}


def newest(tx: Transaction, form: str) -> str:
    """The version of a form that came last; raises NotFound."""
    version = tx.session.exec(select(FormRow.version).where(FormRow.form == form).order_by(col(FormRow.number).desc())).first()
    if version is None:
        raise NotFound(what="form", id=form)
    return version


def versions(tx: Transaction) -> tuple[tuple[str, str, str], ...]:
    """(form, version, title) of everything here, in the order of arrival."""
    rows = tx.session.exec(select(FormRow.form, FormRow.version, FormRow.title).order_by(col(FormRow.number)))
    return tuple((form, version, title) for form, version, title in rows)


def _row(tx: Transaction, form: str, version: str) -> FormRow:
    row = tx.session.get(FormRow, (form, version))
    if row is None:
        raise NotFound(what="form", id=f"{form} {version}")
    return row


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
