"""What a person can look at and do at the district's page; whether they may is decided before (`pages`, by the rows of `roles.PAGES`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from sqlmodel import Session, col, select
from starlette.responses import RedirectResponse, Response

from .. import slip as slip_text
from ..gateway.app import PREFIX as OPENROSA
from . import audit, people, phones, quarantine, retiring, slips, views
from .areas import contains, prefix, require_area
from .counts import Counts, path_to, total
from .errors import NotKnown, NotPermitted
from .looks import Visit, shown
from .tables import Area, Person

Page = Callable[[Visit], Response]
_LONGEST_DAYS = 90


@dataclass(slots=True)
class Desk:
    """The pages, by method and path; `pages()` lists them."""

    counts: Counts = field(default_factory=Counts)

    def pages(self) -> dict[tuple[str, str], Page]:
        """Every page for people who are signed in."""
        return {
            ("GET", "/"): self.figures,
            ("GET", "/devices"): devices,
            ("GET", "/devices/{id}"): device,
            ("POST", "/devices/{id}"): revoke,
            ("GET", "/unsent"): unsent,
            ("GET", "/people"): people_list,
            ("POST", "/people/{id}/retire"): retire,
            ("POST", "/people/{id}/readmit"): readmit,
            ("GET", "/slips"): slip_form,
            ("POST", "/slips"): make_slip,
            ("GET", "/phones"): phone_list,
            ("POST", "/phones"): add_phone,
            ("GET", "/conflicts"): self.conflicts,
            ("GET", "/conflicts/{village}/{record}"): conflict,
            ("GET", "/quarantine"): set_apart,
            ("POST", "/quarantine/{id}/release"): release,
            ("POST", "/quarantine/{id}/reject"): reject,
            ("GET", "/audit"): audit_trail,
        }

    def figures(self, visit: Visit) -> Response:
        """Numbers of an area and of the divisions below it."""
        area = _area(visit)
        with visit.district.reading() as session:
            lines = self.counts.lines(session, area)
            steps = path_to(session, area, visit.who.bound)
        return shown(visit, "figures.html", area=area, lines=views.cut(lines, visit.page), sum=total(lines), steps=steps)

    def conflicts(self, visit: Visit) -> Response:
        """Records that wait for a person at a laptop."""
        area = _area(visit)
        with visit.district.reading() as session:
            leaf = views.conflicts(session, self.counts, area, visit.page)
            names = _names(session, {row.village for row in leaf.rows})
        return shown(visit, "conflicts.html", lines=leaf, names=names, area=area)


def conflict(visit: Visit) -> Response:
    """One record, field by field; that somebody looked at people's answers is written down."""
    village, record = visit.route["village"], visit.route["record"]
    if visit.who.bound and not contains(visit.who.bound, village):
        raise NotPermitted(reason="area", action="conflict")
    with visit.district.reading() as session:
        found = views.conflict(session, village, record, visit.language)
        names = _names(session, {village})
    _note(visit, "page-conflict", record, village)
    return shown(visit, "conflict.html", found=found, village_name=names.get(village, ""))


def devices(visit: Visit) -> Response:
    """Laptops and phones."""
    with visit.district.reading() as session:
        leaf = views.devices(session, visit.page, visit.query.get("q", "").strip())
    return shown(visit, "devices.html", lines=leaf)


def unsent(visit: Visit) -> Response:
    """Who still holds work that is nowhere else."""
    area = _area(visit)
    with visit.district.reading() as session:
        leaf = views.unsent(session, area, visit.page)
        names = _names(session, {row.area.ljust(12, "0") for row in leaf.rows} | {row.area for row in leaf.rows})
    return shown(visit, "unsent.html", lines=leaf, names=names)


def device(visit: Visit) -> Response:
    """One of them, with the form that revokes it."""
    with visit.district.reading() as session:
        facts = views.device(session, visit.route["id"])
    return shown(visit, "device.html", facts=facts)


def revoke(visit: Visit) -> Response:
    """Let a device in no more."""
    identity = visit.route["id"]
    with visit.district.reading() as session:
        views.device(session, identity)
    if visit.form.get("sure") != "yes":
        raise NotPermitted(reason="unsure", action="device-revoke")
    _note(visit, "device-revoke", identity)
    people.revoke(visit.district, identity)
    return RedirectResponse(f"/devices/{identity}", status_code=303)


def people_list(visit: Visit) -> Response:
    """Everybody, with the forms that retire and readmit."""
    with visit.district.reading() as session:
        leaf = views.people(session, visit.page, visit.query.get("q", "").strip())
    return shown(visit, "people.html", lines=leaf)


def retire(visit: Visit) -> Response:
    """Somebody works here no more."""
    name = _name_of(visit)
    if visit.form.get("sure") != "yes":
        raise NotPermitted(reason="unsure", action="person-retire")
    retiring.retire(visit.district, name, by=visit.who.name)
    return RedirectResponse("/people", status_code=303)


def readmit(visit: Visit) -> Response:
    """Somebody works here again."""
    retiring.readmit(visit.district, _name_of(visit), by=visit.who.name)
    return RedirectResponse("/people", status_code=303)


def slip_form(visit: Visit) -> Response:
    """Whom the slip is for."""
    return _form(visit, "slip_form.html")


def make_slip(visit: Visit) -> Response:
    """A code on a page to be printed, or in a file for a stick; it is shown this once."""
    person, days, url = _text(visit, "person"), _days(visit), _url(visit)
    area = _area_for(visit, person)
    _note(visit, "enrol-code", person, area)
    code, expires_at = people.make_code(visit.district, person, area, days)
    slip = slips.make_slip(visit.district, code, area, url)
    if _text(visit, "as") == "file":
        name = f"{area}-{code[:4]}{slip_text.SUFFIX}"
        headers = {"Content-Disposition": f"attachment; filename={name}"}
        return Response(slip_text.file_text(slip), media_type="application/octet-stream", headers=headers)
    with visit.district.reading() as session:
        names = _names(session, {area})
    line = slip_text.text(slip)
    return shown(
        visit, "slip.html", slip=slip, line=line, qr=_qr(line), person=person, expires_at=expires_at, area_name=names.get(area, "")
    )


def phone_list(visit: Visit) -> Response:
    """Accounts of phones."""
    with visit.district.reading() as session:
        leaf = views.phones(session, visit.page)
    return _form(visit, "phones.html", lines=leaf)


def add_phone(visit: Visit) -> Response:
    """An account; its password is shown this once."""
    person, user, url = _text(visit, "person"), _text(visit, "user")[:100], _url(visit)
    area = _area_for(visit, person)
    _note(visit, "phone-add", user, person)
    account = phones.add_phone(visit.district, user, person, area)
    settings = account.settings(url)
    return shown(visit, "phone.html", account=account, url=f"{url}{OPENROSA}", person=person, qr=_qr(settings))


def set_apart(visit: Visit) -> Response:
    """What could not be believed."""
    everything = visit.query.get("all") == "1"
    with visit.district.reading() as session:
        leaf = views.quarantine(session, visit.who.bound, visit.page, everything=everything)
    return shown(visit, "quarantine.html", lines=leaf, everything=everything)


def release(visit: Visit) -> Response:
    """Let an operation into the feed."""
    quarantine.release(visit.district, visit.route["id"], _why(visit), by=visit.who.name)
    return RedirectResponse("/quarantine", status_code=303)


def reject(visit: Visit) -> Response:
    """Leave it where it is for good."""
    quarantine.reject(visit.district, visit.route["id"], _why(visit), by=visit.who.name)
    return RedirectResponse("/quarantine", status_code=303)


def audit_trail(visit: Visit) -> Response:
    """Who did what, and on request whether the chain holds."""
    checked = visit.query.get("check") == "1"
    with visit.district.reading() as session:
        leaf = views.audit_lines(session, visit.page, visit.query.get("q", "").strip())
        broken = audit.first_broken(session) if checked else None
    return shown(visit, "audit.html", lines=leaf, checked=checked, broken=broken)


def _form(visit: Visit, template: str, **values: object) -> Response:
    with visit.district.reading() as session:
        known = views.enrollable(session)
    return shown(visit, template, known=known, url=slips.public_url(visit.district), **values)


def _area(visit: Visit) -> str:
    """The area that is looked at. Raises NotPermitted beyond what a person answers for."""
    area, bound = visit.query.get("area", ""), visit.who.bound
    if area and not (area.isascii() and area.isdigit() and len(area) <= 12):
        raise NotKnown(what="area", name=area[:20])
    if area and bound and not contains(bound, prefix(area)):
        raise NotPermitted(reason="area", action="status")
    return area or bound


def _names(session: Session, codes: set[str]) -> dict[str, str]:
    return dict(session.exec(select(Area.code, Area.name).where(col(Area.code).in_(codes))).all()) if codes else {}


def _note(visit: Visit, action: str, subject: str, detail: str = "") -> None:
    """Written down before it is done, so that nothing is done unseen."""
    with visit.district.writing() as session:
        audit.record(session, visit.district.stamp(), visit.who.name, action, subject, detail)


def _text(visit: Visit, name: str) -> str:
    return visit.form.get(name, "").strip()


def _why(visit: Visit) -> str:
    """Raises NotPermitted(no-reason)."""
    why = _text(visit, "why")
    if not why:
        raise NotPermitted(reason="no-reason", action="quarantine")
    return why[:500]


def _days(visit: Visit) -> int:
    told = _text(visit, "days")
    return min(max(int(told), 1), _LONGEST_DAYS) if told.isascii() and told.isdigit() and len(told) < 5 else int(people.DEFAULT_DAYS)


def _url(visit: Visit) -> str:
    """The address that laptops and phones use. Raises NotKnown(url)."""
    url = (_text(visit, "url") or slips.public_url(visit.district)).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 300 or quote(url, safe=":/[]%.-_~") != url:
        raise NotKnown(what="url", name=url[:100])
    return url


def _area_for(visit: Visit, person: str) -> str:
    """The area of the form, or all that the person answers for. Raises NotKnown(person, area)."""
    with visit.district.reading() as session:
        known = {name: area for name, _, area in views.enrollable(session)}
        if person not in known:
            raise NotKnown(what="person", name=person[:100])
        area = _text(visit, "area") or known[person]
        require_area(session, area)
    return area


def _name_of(visit: Visit) -> str:
    """Raises NotKnown(person)."""
    with visit.district.reading() as session:
        person = session.get(Person, visit.route["id"])
        if person is None:
            raise NotKnown(what="person", name=visit.route["id"][:40])
        return person.name


def _qr(text: str) -> str:
    """Inline SVG without any style, so that the page needs nothing but itself."""
    import segno

    return str(segno.make(text, error="m").svg_inline(scale=4, border=4, svgclass=None, lineclass=None, dark="#000", light="#fff"))
