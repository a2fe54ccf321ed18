"""Somebody who reads the district's page without a window, and whom each page is asked about."""

from __future__ import annotations

import re
from dataclasses import dataclass

import httpx
from sqlmodel import select

from sync.server.tables import Person

from .conftest import EAST
from .county_office import LEAD, PASSPHRASE, Office

_TOKEN = re.compile(r'name="token" value="([^"]+)"')


@dataclass
class Reader:
    """A browser without a window or a mind of its own."""

    client: httpx.Client
    url: str
    known: str = ""

    def get(self, path: str) -> httpx.Response:
        return self.client.get(self.url + path)

    def post(self, path: str, *, token: str | None = None, origin: str | None = None, **form: str) -> httpx.Response:
        told = self.token() if token is None else token
        return self.client.post(self.url + path, data={"token": told, **form}, headers={"Origin": origin or self.url})

    def token(self) -> str:
        if not self.known:
            found = _TOKEN.search(self.get("/").text)
            self.known = found[1] if found else "none"
        return self.known

    def sign_in(self, name: str, passphrase: str = PASSPHRASE) -> httpx.Response:
        return self.post("/sign-in", token="", name=name, passphrase=passphrase)


class Everybody(dict[str, Reader]):
    """Whoever is asked for is signed in by then."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def __missing__(self, name: str) -> Reader:
        self[name] = Reader(httpx.Client(trust_env=False, verify=False), self._url)
        assert self[name].sign_in(name).status_code == 303
        return self[name]


def address_of(path: str, office: Office) -> str:
    device = office.laptops[0].device
    identity = device if path.startswith("/devices") else office.stray
    if path.startswith("/people"):
        identity = person_id(office, LEAD)
    return path.replace("{id}", identity).replace("{village}", EAST).replace("{record}", office.record)


def person_id(office: Office, name: str) -> str:
    with office.district.reading() as session:
        return session.exec(select(Person.id).where(Person.name == name)).one()
