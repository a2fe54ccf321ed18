"""No file names a host, a registry or somebody's machine."""

import re

import pytest

from .tree import text_files

_LICENCES = re.compile(r"^(LICENSE|THIRD-PARTY-NOTICES\.md|resources/fonts/OFL-.*|resources/icc/.*)$")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]*://([^\s\"'`<>(){}\\|,;]*)", re.IGNORECASE)
# Identifiers that only look like addresses (XML namespaces, schema ids), this machine, and the names reserved for examples.
_IDENTIFIERS = (
    "www.w3.org/",
    "openrosa.org/",
    "www.opendatakit.org/",
    "getodk.org/",
    "ns.adobe.com/",
    "purl.org/",
    "www.aiim.org/",
    "www.npes.org/",
    "schemas.openxmlformats.org/",
)
_LOOPBACK = ("127.", "localhost", "[::1]", "::1")
_RESERVED = re.compile(r"(^|[.@])(example|test|invalid|localhost|example\.(com|org|net))([:/?]|$)")
_REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted",
    "debian" + ".org",
    "npm" + "js",
    "git" + "hub.com",
    "tuna." + "tsinghua",
    "ali" + "yun.com",
)
_MACHINE = re.compile("(?<![A-Za-z0-9_.])/" + "(work/|root/\\.|home/[a-z]+/|Users/|opt/wheels)")

FILES = [(path, text) for path, text in text_files() if not _LICENCES.match(path)]


def _addresses(text: str) -> list[str]:
    """Everything after `://`, but for the form's own media (`jr` is no address)."""
    return [found[1] for found in _URL.finditer(text) if not found.group().startswith("jr:")]


def _is_allowed(address: str) -> bool:
    address = re.sub(r"^[^/@]*@", "", address)  # a user's name before the host
    return not address or address.startswith((*_IDENTIFIERS, *_LOOPBACK, "/", "…", "%", "*", "$")) or bool(_RESERVED.search(address))


def test_no_file_holds_an_address_of_the_outside_world() -> None:
    named = [f"{path}: {address}" for path, text in FILES for address in _addresses(text) if not _is_allowed(address)]
    assert not named


def test_no_file_names_a_registry_or_a_host() -> None:
    named = [f"{path}: {host}" for path, text in FILES for host in _REGISTRIES if host in text]
    assert not named


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    named = [f"{path}: {found.group()}" for path, text in FILES for found in _MACHINE.finditer(text)]
    assert not named


def test_the_readme_holds_no_address_at_all() -> None:
    readme = next((text for path, text in text_files() if path == "README.md"), "")
    assert "fieldapp" in readme
    assert not _URL.search(readme)


@pytest.mark.parametrize("address", ["files." + "host.net/simple", "8.8.8.8/x"])
def test_an_address_of_the_outside_world_would_be_found(address: str) -> None:
    assert not _is_allowed(address)
