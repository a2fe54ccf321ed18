"""The district's signature on an archive: believed where nothing was altered, by strangers' programs too; nothing else may be appended."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject

from fieldapp.archive import seal
from fieldapp.archive.compose import compose
from fieldapp.archive.copies import COPIES
from fieldapp.archive.render import render
from fieldapp.archive.sheet import ArchiveSheet
from fieldapp.archive.verdict import Verdict
from fieldapp.archive.verify import verify
from fieldapp.archive.village import VillageLabels, bind_village
from fieldapp.domain.ids import HouseholdId
from sync import pades
from sync.keys import sealing_public
from sync.operation import to_plain
from sync.pades import Standing
from sync.protocol import EnrolRequest, enrol_text
from sync.server import audit, certificates, people, service, signing
from sync.server.cli import main
from sync.server.district import District
from sync.server.errors import AlreadyKnown, ArchiveUnfit, KeyUnfit, NotKnown
from tests.sync.conftest import EAST, make_district
from tests.sync.memory import MemoryReplica

from .household import HOUSEHOLD, DeviceKey, facts, filled

KEY, STRANGER = DeviceKey(), DeviceKey(9)
OTHER = HouseholdId("b" * 32)
_FIELD = re.compile(rb"/ByteRange\[0 (\d+) (\d+) (\d+)\]")


@dataclass
class World:
    """A district that knows one laptop and its two households, and files of that laptop."""

    district: District
    folder: Path
    replica: MemoryReplica

    @property
    def authority(self) -> str:
        return certificates.authority_pem(self.district.folder)

    def signed(self, data: bytes) -> bytes:
        """By the command's own way, through files."""
        source, out = self.folder / "in.pdf", self.folder / "out"
        source.write_bytes(data)
        shutil.rmtree(out, ignore_errors=True)
        (told,) = signing.sign_files(self.district, [source], out)
        return Path(told.out).read_bytes()

    def write(self, record: str, values: dict[str, str], kind: str) -> None:
        operation = self.replica.write(record, values, EAST, kind=kind)
        _, apart = service.take_in(self.district, self.replica.key.device, [to_plain(operation)])
        assert not apart

    def refusal(self, data: bytes) -> str:
        with pytest.raises(ArchiveUnfit) as refused:
            self.signed(data)
        assert not (self.folder / "out").exists()
        return str(refused.value.values["reason"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    district = make_district(tmp_path / "district")
    from sync.keys import DeviceKey as RealKey

    replica = MemoryReplica(RealKey(bytes([1]) * 32))
    key = replica.key
    assert key.device == KEY.device
    code, _ = people.make_code(district, "张三", EAST)
    proof = key.sign(enrol_text(code, key.public_key, sealing_public(key), "laptop"))
    people.enrol(district, EnrolRequest(code=code, public_key=key.public_key, seal_key=sealing_public(key), name="laptop", proof=proof))
    made = World(district, tmp_path, replica)
    for household in (HOUSEHOLD, OTHER):
        made.write(household, {"head_name": "甲"}, "household")
        made.write(household[::-1], {"@household": household, "@revision": "2"}, "submission")
    yield made
    district.close()


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render(short(), KEY).pdf


def short(**changes: object) -> ArchiveSheet:
    """Few pages, because each is looked at again and again."""
    return compose(replace(filled(), sections=()), replace(facts(with_photos=False), **changes))


@pytest.fixture(scope="module")
def village() -> bytes:
    out = io.BytesIO()
    sheets = [short(head_name="甲"), short(head_name="乙", household=OTHER)]
    bind_village(sheets, 2, out, KEY, VillageLabels("示范村", "示范镇", facts().archived_at), COPIES)
    return out.getvalue()


def judged(data: bytes, authority: str) -> Verdict:
    return verify(data, KEY.known, authority=authority)


def by_hand(
    folder: Path, data: bytes, moment: datetime | None = None, change: Callable[[signing.SigningKey], signing.SigningKey] = lambda key: key
) -> bytes:
    """Signed without asking the district's records."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime(2026, 11, 22, tzinfo=UTC)
    certificate, authority = certificates.issue_for_signing(folder, now, "示范县", key.public_key())
    used = change(signing.SigningKey(key, certificate, authority))
    return data + pades.sign(data, used.key, used.certificate, used.authority, moment or now)


def test_signed_file_keeps_every_byte_of_the_sealed_one(world: World, pdf: bytes, village: bytes) -> None:
    for data in (pdf, village):
        signed = world.signed(data)
        assert signed.startswith(data)
        assert len(signed) - len(data) < 7000
        assert seal.file_signer(signed, KEY.known) == KEY.device
        told, plain = judged(signed, world.authority), judged(data, world.authority)
        assert (plain.valid, plain.district_signature) == (True, Standing.NONE)
        assert replace(told, district_signature=Standing.NONE, district="") == plain
        assert (told.district_signature, told.district) == (Standing.VALID, "模拟省模拟市模拟县")
    with world.district.reading() as session:
        assert [line.action for line in audit.lines(session)] == ["archive-signed"] * 2


def test_strangers_programs_believe_it(world: World, pdf: bytes, village: bytes) -> None:
    openssl, pdfsig = shutil.which("openssl"), shutil.which("pdfsig")
    if not openssl and not pdfsig:
        pytest.skip("neither openssl nor pdfsig is here")
    authority = world.district.folder / "authority.crt"
    for data in (pdf, village):
        signed = world.signed(data)
        found = _FIELD.search(signed)
        assert found is not None
        first, second, rest = map(int, found.groups())
        assert second + rest == len(signed)
        content, message, file = world.folder / "content", world.folder / "message.der", world.folder / "signed.pdf"
        content.write_bytes(signed[:first] + signed[second:])
        message.write_bytes(bytes.fromhex(signed[first + 1 : second - 1].decode()))
        file.write_bytes(signed)
        if openssl:
            ask = [openssl, "cms", "-verify", "-binary", "-inform", "DER", "-in", message, "-CAfile", authority, "-out", world.folder / "x"]
            assert subprocess.run([*ask, "-content", content], capture_output=True).returncode == 0
            content.write_bytes(signed[: first - 1] + b" " + signed[second:])
            assert subprocess.run([*ask, "-content", content], capture_output=True).returncode != 0
        if pdfsig:
            told = subprocess.run([pdfsig, "-nocert", file], capture_output=True, text=True, check=True).stdout
            assert "Signature is Valid" in told
            assert "Total document signed" in told
            assert "ETSI.CAdES.detached" in told


def test_one_altered_byte_is_seen_wherever_it_is(world: World, pdf: bytes) -> None:
    signed, authority = world.signed(pdf), world.authority
    for place in (*range(0, len(pdf), len(pdf) // 40), *range(len(pdf), len(signed), 7)):
        altered = bytearray(signed)
        altered[place] ^= 1 << place % 8
        whole = (
            seal.file_signer(bytes(altered), KEY.known) is not None and pades.judge(bytes(altered), authority).standing is Standing.VALID
        )
        assert not whole, place


def test_message_that_was_torn_is_an_answer_and_no_accident(world: World, pdf: bytes) -> None:
    signed, authority = world.signed(pdf), world.authority
    start = signed.index(b"/Contents<", len(pdf)) + len(b"/Contents<")
    message = bytes.fromhex(signed[start : signed.index(b">", start)].decode())
    for place in range(0, len(message.rstrip(b"\0")), 3):
        for torn in (message[:place] + message[place + 1 :] + b"\0", message[:place] + b"\xff" + message[place:-1]):
            altered = signed[:start] + torn.hex().encode() + signed[start + 2 * len(torn) :]
            assert pades.judge(altered, authority) == pades.Judged(Standing.ALTERED), place


def test_altered_byte_is_named(world: World, pdf: bytes) -> None:
    signed, authority = world.signed(pdf), world.authority
    message = signed.index(b"/Contents<", len(pdf)) + 400
    expected = {len(pdf) // 3: "district-signature-bad", len(pdf) + 50: "appended-foreign", message: "district-signature-bad"}
    for place, code in expected.items():
        altered = bytearray(signed)
        altered[place] = altered[place] ^ 1 if place != message else ord("0") + (altered[place] == ord("0"))
        told = judged(bytes(altered), authority)
        assert (told.valid, told.district_signature) == (False, Standing.ALTERED), place
        assert {"file-altered", code} <= {problem.code for problem in told.problems}, place
    assert not judged(signed[:-900], authority).valid
    for cut in (1, 900, len(signed) - len(pdf) - 3):
        assert pades.judge(signed[:-cut], authority) == pades.Judged(Standing.ALTERED, is_foreign=True)


def _note(writer: pypdf.PdfWriter) -> None:
    note = {"/Type": "/Annot", "/Subtype": "/Text"}
    entries = {NameObject(name): NameObject(told) for name, told in note.items()}
    writer.pages[3][NameObject("/Annots")] = ArrayObject([writer._add_object(DictionaryObject(entries))])


def _words(writer: pypdf.PdfWriter) -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"0 0 m 100 100 l S")
    writer.pages[1][NameObject("/Contents")] = writer._add_object(stream)


def _font(writer: pypdf.PdfWriter) -> None:
    fonts = writer.pages[1]["/Resources"]["/Font"]  # type: ignore[index]
    fonts.get_object()[NameObject("/F99")] = DictionaryObject({NameObject("/Type"): NameObject("/Font")})


def _catalog(writer: pypdf.PdfWriter) -> None:
    writer._root_object[NameObject("/PageLayout")] = NameObject("/TwoColumnLeft")


def _turned(writer: pypdf.PdfWriter) -> None:
    writer.pages[2][NameObject("/Rotate")] = NumberObject(180)


@pytest.mark.parametrize("is_signed", [True, False])
@pytest.mark.parametrize("change", [_note, _words, _font, _catalog, _turned])
def test_nothing_else_may_be_appended(tmp_path: Path, pdf: bytes, change: Callable[[pypdf.PdfWriter], None], is_signed: bool) -> None:
    data = by_hand(tmp_path, pdf) if is_signed else pdf
    writer, out = pypdf.PdfWriter(io.BytesIO(data), incremental=True), io.BytesIO()
    change(writer)
    writer.write(out)
    assert out.getvalue().startswith(data)
    authority = certificates.authority_pem(tmp_path)
    assert pades.judge(out.getvalue(), authority) == pades.Judged(Standing.ALTERED, is_foreign=True)
    if change in (_words, _catalog):
        told = judged(out.getvalue(), authority)
        found = {problem.code for problem in told.problems}
        assert (told.valid, told.district_signature) == (False, Standing.ALTERED)
        assert {"file-altered", "appended-foreign"} <= found
        assert ("page-altered" in found) == (change is _words)


def test_authority_that_nobody_knows_is_told(tmp_path: Path, pdf: bytes) -> None:
    (tmp_path / "other").mkdir()
    other = by_hand(tmp_path / "other", pdf)
    mine = certificates.authority_pem(tmp_path / "other")
    by_hand(tmp_path, pdf)
    for authority in ("", certificates.authority_pem(tmp_path)):
        told = judged(other, authority)
        assert (told.valid, told.district_signature, told.district) == (True, Standing.UNKNOWN_AUTHORITY, "示范县")
    assert judged(other, mine).district_signature is Standing.VALID
    assert verify(other, None).district_signature is Standing.UNKNOWN_AUTHORITY


def test_only_a_certificate_for_signatures_signs_and_only_while_it_lasts(tmp_path: Path, pdf: bytes) -> None:
    certificates.ensure(tmp_path, datetime(2026, 11, 22, tzinfo=UTC))

    def of_the_server(key: signing.SigningKey) -> signing.SigningKey:
        kept = (tmp_path / "server.pem").read_bytes()
        own = load_pem_private_key(kept, None)
        assert isinstance(own, ec.EllipticCurvePrivateKey)
        return replace(key, key=own, certificate=x509.load_pem_x509_certificate(kept))

    late = datetime(2026, 11, 22, tzinfo=UTC) + certificates.SIGNING_LASTS + timedelta(days=1)
    for signed in (
        by_hand(tmp_path, pdf, change=of_the_server),
        by_hand(tmp_path, pdf, late),
        by_hand(tmp_path, pdf, late - timedelta(days=9000)),
    ):
        told = judged(signed, certificates.authority_pem(tmp_path))
        assert (told.valid, told.district_signature) == (False, Standing.ALTERED)
        assert "district-signature-bad" in {problem.code for problem in told.problems}


def test_district_refuses_what_it_cannot_vouch_for(world: World, pdf: bytes, village: bytes) -> None:
    assert world.refusal(b"%PDF-1.7 of somebody") == "not-archive"
    assert world.refusal(pdf[:5000] + bytes([pdf[5000] ^ 1]) + pdf[5001:]) == "altered"
    assert world.refusal(pdf + b"% more\n") == "altered"
    assert world.refusal(render(short(), STRANGER).pdf) == "unknown-key"
    assert world.refusal(world.signed(pdf)) == "already-signed"
    assert world.refusal(render(short(copies=COPIES[2:]), KEY).pdf) == "no-data"
    unknown = render(short(household=HouseholdId("c" * 32)), KEY).pdf
    assert world.refusal(unknown) == "household-unknown"
    world.write("d" * 32, {"household": OTHER, "revision": "3", "digest": "0" * 64}, "archive")
    assert world.refusal(village) == "stale"
    assert world.signed(pdf)
    assert world.refusal(render(short(revision=1), KEY).pdf) == "stale"


def test_file_of_a_revoked_laptop_is_signed_if_it_is_on_record(world: World, pdf: bytes, village: bytes) -> None:
    world.write("d" * 32, {"household": HOUSEHOLD, "revision": "2", "digest": judged(pdf, "").digest}, "archive")
    people.revoke(world.district, KEY.device)
    assert world.signed(pdf)
    assert world.refusal(village) == "revoked-key"


def test_all_files_are_signed_or_none(world: World, pdf: bytes) -> None:
    good, bad, out = world.folder / "good.pdf", world.folder / "bad.pdf", world.folder / "signed"
    good.write_bytes(pdf)
    bad.write_bytes(pdf[:-9])
    with pytest.raises(ArchiveUnfit):
        signing.sign_files(world.district, [good, bad], out)
    with pytest.raises(NotKnown):
        signing.sign_files(world.district, [good, world.folder / "none.pdf"], out)
    with pytest.raises(AlreadyKnown):
        signing.sign_files(world.district, [good, good], out)
    assert not out.exists()
    signing.sign_files(world.district, [good], out)
    with pytest.raises(AlreadyKnown):
        signing.sign_files(world.district, [good], out)
    with pytest.raises(AlreadyKnown):
        signing.sign_files(world.district, [good], world.folder)
    assert good.read_bytes() == pdf


def test_signing_key_is_made_once_and_kept_encrypted(world: World) -> None:
    first = signing.ensure(world.district)
    file = world.district.folder / signing.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(TypeError):
        load_pem_private_key(file.read_bytes(), None)
    assert signing.ensure(world.district).certificate == first.certificate
    now = world.district.now()
    world.district.now = lambda: now + certificates.SIGNING_LASTS - timedelta(days=30)
    assert signing.ensure(world.district).certificate != first.certificate
    file.write_bytes(file.read_bytes()[:300])
    with pytest.raises(KeyUnfit):
        signing.ensure(world.district)


def test_command_tells_what_was_signed_and_what_was_refused(world: World, pdf: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    import json

    file, out = world.folder / "a.pdf", world.folder / "signed"
    file.write_bytes(pdf)
    ask = ["archive", "sign", str(file), "--out", str(out), "--data", str(world.district.folder), "--json"]
    assert main(ask) == 0
    (told,) = json.loads(capsys.readouterr().out)["signed"]
    assert (told["out"], told["device"], told["households"]) == (str(out / "a.pdf"), KEY.device, 1)
    file.write_bytes((out / "a.pdf").read_bytes())
    assert main([*ask[:4], str(world.folder / "again"), *ask[5:]]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert (answer["error"], answer["values"]["reason"]) == ("archive-unfit", "already-signed")
    assert "已经有区县签章" in answer["message"]
