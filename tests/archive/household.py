"""A filled household form, its facts and a device key, built by hand; no engine, no store."""

import hashlib
import io
from datetime import date, datetime, timedelta, timezone

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageDraw

from fieldapp.archive.sheet import ArchiveFacts, Numbering, Photo
from fieldapp.domain.ids import HouseholdId
from fieldapp.engine.views import FilledAnswer, FilledForm, FilledSection, FilledState, FilledTable

HOUSEHOLD = HouseholdId("0123456789abcdef0123456789abcdef")
HEAD = "张𬭎"
VOLUME = "7K3MQX9D2F"
RARE_NAMES = ("张𬭎", "欧阳㛃", "禤䶮", "郄𬱖", "仝𫖮", "贠𣗋", "麹𫘧", "妫𡐓", "甪𬸘", "邴𫍽", "李𬍛", "努尔古丽·艾合麦提江")
CHINA = timezone(timedelta(hours=8))


class DeviceKey:
    """A real Ed25519 key that signs as a device does."""

    def __init__(self, seed: int = 1) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public_key = self._key.public_key().public_bytes_raw()

    @property
    def device(self) -> str:
        return hashlib.sha256(self.public_key).hexdigest()[:32]

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    @property
    def known(self) -> dict[str, bytes]:
        return {self.device: self.public_key}


def jpeg(tint: int = 100, size: tuple[int, int] = (640, 480)) -> bytes:
    picture = Image.new("RGB", size, (tint % 256, 150, 200))
    ImageDraw.Draw(picture).rectangle((80, 80, 300, 300), fill=(200, tint % 256, 60))
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=60)
    return data.getvalue()


def signature(height: int = 70) -> bytes:
    picture = Image.new("1", (240, 80), 1)
    ImageDraw.Draw(picture).line((10, 40, 80, 10, 120, height, 220, 30), fill=0, width=3)
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()


def attachment(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


HOUSE, EVIDENCE, SIGNED, COUNTERSIGNED = jpeg(40), jpeg(90), signature(), signature(18)


def answer(
    name: str, label: str, text: str, number: int = 1, kind: str = "string", path: str = "", raw: str = "", file: str = ""
) -> FilledAnswer:
    state = FilledState.ANSWERED if text else FilledState.UNANSWERED
    return FilledAnswer(path or f"/h/{name}", name, str(number), label, text, raw or text, state, kind, attachment=file)


def skipped(name: str, label: str, number: int = 1) -> FilledAnswer:
    return FilledAnswer(f"/h/{name}", name, str(number), label, "", "", FilledState.NOT_APPLICABLE, "string")


def upload(name: str, label: str, data: bytes, number: int = 1) -> FilledAnswer:
    own = attachment(data)
    return answer(name, label, f"{own}.jpg", number, "binary", file=own)


def members(count: int) -> FilledTable:
    rows = tuple(
        tuple(
            answer(name, label, text, number, path=f"/h/member[{row}]/{name}")
            for number, (name, label, text) in enumerate(
                (
                    ("m_name", "姓名", RARE_NAMES[(row - 1) % len(RARE_NAMES)]),
                    ("m_relation", "与户主关系", "户主" if row == 1 else "之子"),
                    ("m_sex", "性别", "男"),
                    ("m_id_no", "公民身份号码", f"99010219850615{row:04d}"),
                    ("m_note", "成员备注", "内部备注：情绪不稳定" if row == 2 else ""),
                ),
                41,
            )
        )
        for row in range(1, count + 1)
    )
    return FilledTable("/h/member", "member", "家庭成员", rows, tuple(f"{row:032x}" for row in range(count)))


def filled(count: int = 4, demand: str = "希望硬化通往水井的路。", head: str = HEAD) -> FilledForm:
    sections = (
        FilledSection(
            "/h/b",
            "b_household",
            "二、户基本情况",
            True,
            (
                answer("head_name", "户主姓名", head, 1),
                answer("phone", "联系电话", "", 2),
                answer("income", "工资性收入（元）", "12000.5", 3, "decimal"),
                skipped("exit_year", "脱贫年度", 4),
                answer("risk_status", "风险消除状态", "风险未消除", 5),
                upload("house_photo", "住房外观照片", HOUSE, 6),
            ),
        ),
        FilledSection("/h/m", "c_members", "三、家庭成员", True, (), (members(count),)),
        FilledSection("/h/k", "k_help", "十一、帮扶责任人与措施", False, (skipped("helper", "帮扶责任人姓名", 7),)),
        FilledSection(
            "/h/l",
            "l_redline",
            "十二、识别红线核查",
            True,
            (answer("rl_1", "红线1：购建商品房", "是", 8), upload("rl_evidence", "核实举证材料", EVIDENCE, 9)),
        ),
        FilledSection(
            "/h/n",
            "n_voice",
            "十四、群众认可与诉求",
            True,
            (
                answer("demand", "主要诉求", demand, 10),
                upload("sign_respondent", "户主（受访人）签字", SIGNED, 11),
                upload("sign_interviewer", "调查员签字", COUNTERSIGNED, 12),
            ),
        ),
    )
    return FilledForm("household_survey", "2026112101", "农户入户摸底调查表", "zh", sections)


def facts(revision: int = 2, duplex: bool = False, with_photos: bool = True, head: str = HEAD) -> ArchiveFacts:
    photos = {
        attachment(HOUSE): Photo(HOUSE, taken="2026年11月20日 10:15"),
        attachment(EVIDENCE): Photo(EVIDENCE),
        attachment(SIGNED): Photo(SIGNED),
        attachment(COUNTERSIGNED): Photo(COUNTERSIGNED),
    }
    return ArchiveFacts(
        household=HOUSEHOLD,
        head_name=head,
        places=("示范省", "示范市", "示范县", "示范镇", "示范村"),
        revision=revision,
        surveyed_on=date(2026, 11, 20),
        archived_at=datetime(2026, 11, 21, 9, 30, tzinfo=CHINA),
        numbering=Numbering("0123", "990102101201", VOLUME, 2026),
        fonds="示范县示范镇人民政府",
        maker="示范员甲",
        checker="示范员乙",
        photos=photos if with_photos else {},
        duplex=duplex,
    )
