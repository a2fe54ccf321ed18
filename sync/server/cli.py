"""The `district` command: one function a subcommand, each returns what it tells as plain values.

Exit codes: 0 done · 2 wrong usage · 3 an expected error, told as {"error", "message"} with --json.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import CodedError
from .office import folder_of
from .words import say

Told = dict[str, Any]
Command = Callable[[argparse.Namespace], Told]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    asked = _parser().parse_args(arguments)
    command: Command = asked.command
    try:
        _tell(asked, command(asked))
    except CodedError as error:
        _tell_error(asked, error)
        return 3
    except KeyboardInterrupt:
        return 0
    return 0


def _init(asked: argparse.Namespace) -> Told:
    from .cli_line import init_line
    from .district import init

    district = init(folder_of(asked), asked.database or "")
    try:
        return {
            "data": str(folder_of(asked)),
            "epoch": district.epoch(),
            "district_key": district.key.public_key.hex(),
            "seal_key": district.seal_public.hex(),
            **init_line(district, asked),
        }
    finally:
        district.close()


def _serve(asked: argparse.Namespace) -> Told:
    from .cli_line import serve
    from .district import open_district

    serve(open_district(folder_of(asked), asked.database or ""), asked, lambda url: _say(asked, {"url": url}, say("told-serve", url=url)))
    return {}


def _certificate_renew(asked: argparse.Namespace) -> Told:
    from .cli_line import renew

    with _Opened(asked) as district:
        return renew(district, asked)


def _area_import(asked: argparse.Namespace) -> Told:
    from .areas import import_areas

    with _Opened(asked) as district:
        rows, new = import_areas(district, Path(asked.file))
    return {"areas": rows, "new": new}


def _form_publish(asked: argparse.Namespace) -> Told:
    from .forms import publish

    with _Opened(asked) as district:
        form = publish(district, Path(asked.file))
    return {"form": form.form, "version": form.version, "title": form.title, "files": sorted(form.files)}


def _person_add(asked: argparse.Namespace) -> Told:
    from .people import add_person

    with _Opened(asked) as district:
        person = add_person(district, asked.name, asked.role, asked.area)
    return {"id": person.id, "name": person.name, "role": person.role, "area": person.area}


def _enrol_code(asked: argparse.Namespace) -> Told:
    from .cli_line import slip_of
    from .people import make_code

    with _Opened(asked) as district:
        code, expires_at = make_code(district, asked.person, asked.area, asked.expires)
        told = slip_of(district, code, asked.area, asked)
    return {"code": code, "person": asked.person, "area": asked.area, "expires": expires_at, **told}


def _device_list(asked: argparse.Namespace) -> Told:
    from .left import every
    from .people import devices

    with _Opened(asked) as district, district.reading() as session:
        left = every(session)
        return {
            "devices": [
                {
                    "id": device.id,
                    "name": device.name,
                    "person": person,
                    "area": device.area,
                    "enrolled_at": device.enrolled_at,
                    "last_seen": device.last_seen,
                    "revoked_at": device.revoked_at,
                    "waiting": asdict(left[device.id]) if device.id in left else None,
                }
                for device, person in devices(session)
            ]
        }


def _device_revoke(asked: argparse.Namespace) -> Told:
    from .people import revoke

    with _Opened(asked) as district:
        return {"device": asked.id, "revoked_at": revoke(district, asked.id)}


def _phone_add(asked: argparse.Namespace) -> Told:
    from .phones import add_phone

    with _Opened(asked) as district:
        account = add_phone(district, asked.user, asked.person, asked.area)
    told = {"user": account.user, "password": account.password, "device": account.device, "settings": account.settings(asked.url), "qr": ""}
    if asked.qr:
        import segno

        segno.make(told["settings"], error="m").save(asked.qr, border=4, scale=6)
        told["qr"] = asked.qr
    return told


def _phone_list(asked: argparse.Namespace) -> Told:
    from .phones import phones

    with _Opened(asked) as district, district.reading() as session:
        return {
            "phones": [
                {"user": phone.user, "person": person, "area": device.area, "device": device.id, "revoked_at": device.revoked_at}
                for phone, device, person in phones(session)
            ]
        }


def _status(asked: argparse.Namespace) -> Told:
    from .status import figures

    with _Opened(asked) as district, district.reading() as session:
        return asdict(figures(session))


def _bundle_read(asked: argparse.Namespace) -> Told:
    from .sticks import read_up

    with _Opened(asked) as district:
        return asdict(read_up(district, Path(asked.file)))


def _bundle_stick(asked: argparse.Namespace) -> Told:
    from .sticks import serve_stick

    with _Opened(asked) as district:
        return asdict(serve_stick(district, Path(asked.folder)))


def _bundle_write(asked: argparse.Namespace) -> Told:
    from .sticks import write_down

    with _Opened(asked) as district:
        return asdict(write_down(district, asked.device, Path(asked.out)))


def _recovery_key(asked: argparse.Namespace) -> Told:
    from .recovery import make_key

    return {"file": asked.out, "public": make_key(Path(asked.out))}


def _recovery_open(asked: argparse.Namespace) -> Told:
    from .recovery import open_offline, open_request

    if asked.key:
        return asdict(open_offline(Path(asked.key), Path(asked.file), asked.digits, Path(asked.out)))
    with _Opened(asked) as district:
        return asdict(open_request(district, Path(asked.file), asked.digits, Path(asked.out)))


def _archive_sign(asked: argparse.Namespace) -> Told:
    from .signing import sign_files

    with _Opened(asked) as district:
        return {"signed": [asdict(one) for one in sign_files(district, asked.files, asked.out, by=asked.by)]}


class _Opened:
    """The district that the command speaks of, closed at the end."""

    def __init__(self, asked: argparse.Namespace) -> None:
        from .district import open_district
        from .errors import DistrictError
        from .staff import admit

        self.district = open_district(folder_of(asked), asked.database or "")
        try:
            asked.by = admit(self.district, asked.name_of_command, asked.by, _passphrase(asked))
        except DistrictError:
            self.district.close()
            raise

    def __enter__(self) -> Any:
        return self.district

    def __exit__(self, *_: object) -> None:
        self.district.close()


def _passphrase(asked: argparse.Namespace) -> str:
    """From the environment, or asked for where somebody sits."""
    if not asked.by or "DISTRICT_PASSPHRASE" in os.environ or not sys.stdin.isatty():
        return os.environ.get("DISTRICT_PASSPHRASE", "")
    import getpass

    return getpass.getpass(say("ask-passphrase", name=asked.by))


def _tell(asked: argparse.Namespace, told: Told) -> None:
    from . import office

    if asked.command is _serve:
        return
    plain = {
        _enrol_code: _plain_code,
        _device_list: _plain_devices,
        _phone_list: _plain_phones,
        _status: _plain_status,
        _archive_sign: _plain_signed,
        _bundle_stick: _plain_stick,
    }.get(asked.command)
    listed = office.plain(told)
    _say(asked, told, plain(told) if plain else listed or say(f"told-{asked.name_of_command}", **told))


def _plain_code(told: Told) -> str:
    return "\n".join(str(told[name]) for name in ("code", "slip") if name in told)


def _plain_devices(told: Told) -> str:
    columns = ("id", "person", "name", "area", "last_seen", "revoked_at")
    lines = [[str(device[column]) for column in columns] + _plain_waiting(device["waiting"]) for device in told["devices"]]
    return "\n".join("\t".join(line) for line in lines)


def _plain_waiting(waiting: Told | None) -> list[str]:
    """Operations and files that still wait at a laptop; a question mark where it never told."""
    return ["?", "?"] if waiting is None else [str(waiting["operations"]), str(waiting["files"])]


def _plain_phones(told: Told) -> str:
    return "\n".join("\t".join(str(value) for value in phone.values()) for phone in told["phones"])


def _plain_signed(told: Told) -> str:
    return "\n".join(say("told-archive-sign", **one) for one in told["signed"])


def _plain_stick(told: Told) -> str:
    refused = [f"{file}: {code}" for file, code in told["refused"]]
    return "\n".join([say("told-bundle-stick", **{**told, "answers": len(told["answers"]), "refused": len(refused)}), *refused])


def _plain_status(told: Told) -> str:
    lines = [say("told-status", **told)]
    lines += [f"{area['code']}\t{area['name']}\t{area['households']}\t{area['submissions']}\t{area['last_seen']}" for area in told["areas"]]
    return "\n".join(lines)


def _say(asked: argparse.Namespace, told: Told, sentence: str) -> None:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True) if asked.json else sentence
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _tell_error(asked: argparse.Namespace, error: CodedError) -> None:
    values: Told = {name: say(str(value)) if name in ("what", "reason") else value for name, value in error.values.items()}
    message = say(error.code, **values)
    if asked.json:
        sys.stdout.write(
            json.dumps({"error": error.code, "message": message, "values": error.values}, ensure_ascii=False, default=str) + "\n"
        )
    sys.stderr.write(message + "\n")


def _parser() -> argparse.ArgumentParser:
    from . import office
    from .cli_line import arguments

    shared = argparse.ArgumentParser(add_help=False)
    for name, settings in {"--data": {"metavar": "DIR"}, "--database": {"metavar": "URL"}, "--json": {"action": "store_true"}}.items():
        shared.add_argument(name, default=argparse.SUPPRESS, **settings)  # type: ignore[arg-type]
    parser = argparse.ArgumentParser(prog="district", parents=[shared])
    shared.add_argument("--as", dest="by", metavar="NAME", default=argparse.SUPPRESS)
    parser.set_defaults(data="", database="", json=False, by="")
    first = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(group: Any, name: str, command: Command, whole: str = "") -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = group.add_parser(name, parents=[shared])
        made.set_defaults(command=command, name_of_command=whole or name)
        return made

    def group(name: str) -> Any:
        return first.add_parser(name, parents=[shared]).add_subparsers(required=True, metavar="COMMAND")

    code = add(first, "enrol-code", _enrol_code)
    arguments(add(first, "init", _init), add(first, "serve", _serve), code)
    renewal = add(group("certificate"), "renew", _certificate_renew, "certificate-renew")
    renewal.add_argument("--name", metavar="HOST", action="append", default=[])
    add(group("area"), "import", _area_import, "area-import").add_argument("file", metavar="FILE.csv")
    add(group("form"), "publish", _form_publish, "form-publish").add_argument("file", metavar="FILE")
    group_of_person = group("person")
    person = add(group_of_person, "add", _person_add, "person-add")
    person.add_argument("name", metavar="NAME")
    person.add_argument("--role", required=True)
    person.add_argument("--area", required=True, metavar="CODE")
    code.add_argument("--person", required=True, metavar="NAME")
    code.add_argument("--area", required=True, metavar="CODE")
    code.add_argument("--expires", type=float, default=14, metavar="DAYS")
    device = group("device")
    add(device, "list", _device_list, "device-list")
    add(device, "revoke", _device_revoke, "device-revoke").add_argument("id", metavar="ID")
    phone = group("phone")
    account = add(phone, "add", _phone_add, "phone-add")
    account.add_argument("user", metavar="USER")
    account.add_argument("--person", required=True, metavar="NAME")
    account.add_argument("--area", required=True, metavar="CODE")
    account.add_argument("--url", required=True, metavar="URL")
    account.add_argument("--qr", metavar="FILE.png", default="")
    add(phone, "list", _phone_list, "phone-list")
    add(first, "status", _status)
    recovery = group("recovery")
    _add_files(add, group, recovery)
    office.add(lambda where, *told: add(where or first, *told), group, group_of_person, recovery, _Opened)
    return parser


def _add_files(add: Callable[..., argparse.ArgumentParser], group: Callable[[str], Any], recovery: Any) -> None:
    """What goes by files: bundles, archives, and the way back to a lost passphrase."""
    signing = add(group("archive"), "sign", _archive_sign, "archive-sign")
    signing.add_argument("files", type=Path, nargs="+", metavar="FILE")
    signing.add_argument("--out", type=Path, required=True, metavar="DIR")
    bundle = group("bundle")
    add(bundle, "read", _bundle_read, "bundle-read").add_argument("file", metavar="FILE")
    add(bundle, "stick", _bundle_stick, "bundle-stick").add_argument("folder", metavar="FOLDER")
    write = add(bundle, "write", _bundle_write, "bundle-write")
    write.add_argument("--device", required=True, metavar="ID")
    write.add_argument("--out", required=True, metavar="FILE")
    add(recovery, "key", _recovery_key, "recovery-key").add_argument("--out", required=True, metavar="FILE")
    opened = add(recovery, "open", _recovery_open, "recovery-open")
    opened.add_argument("file", metavar="FILE")
    opened.add_argument("--digits", required=True, metavar="DIGITS")
    opened.add_argument("--out", required=True, metavar="FILE")
    opened.add_argument("--key", metavar="FILE")
