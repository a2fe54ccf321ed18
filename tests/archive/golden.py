"""Pages that were looked at by eye, kept as small grey images in `golden/`; `python -m tests.archive.golden` makes them anew.

After a change that is meant to show: make them anew, look at every image that git says has changed, then commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
from PIL import Image

from fieldapp.archive import matrix
from fieldapp.archive.compose import compose
from fieldapp.archive.render import open_faces, render
from fieldapp.archive.sheet import ArchiveFacts, ArchiveSheet, Before, Numbering, Photo
from fieldapp.engine.views import FilledAnswer, FilledForm, FilledSection, FilledTable

from .household import RARE_NAMES, VOLUME, DeviceKey, answer, attachment, facts, filled, jpeg, skipped

FOLDER = Path(__file__).with_name("golden")
DPI = 66
_LONG_NAME = "阿卜杜热依木江·买买提阿卜杜拉·艾合麦提江·吐尔逊"
_LONG_PLACE = ("示范维吾尔自治区", "示范哈萨克自治州", "示范塔吉克自治县", "阿合塔木柯尔克孜民族乡", "喀拉苏阿日希乌依古尔欧吐拉村")
_DEMAND = "希望硬化通往水井的路；雨季山洪冲毁过两次，学生上学要绕行四公里。" * 9
_MEMBER = (
    ("m_name", "姓名"), ("m_relation", "与户主关系"), ("m_sex", "性别"), ("m_birth", "出生日期"), ("m_id_no", "公民身份号码"),
    ("m_ethnic", "民族"), ("m_edu", "文化程度"), ("m_health", "健康状况"), ("m_labour", "劳动能力"), ("m_work_place", "务工状态"),
)  # fmt: skip


def pages() -> Iterator[tuple[str, Image.Image]]:
    """Every page by name, as it is drawn now."""
    for name, sheet, wanted in sheets():
        document = pypdfium2.PdfDocument(render(sheet, DeviceKey(), faces=open_faces()).pdf)
        texts = [document[place].get_textpage().get_text_bounded() for place in range(len(document))]
        for part, is_wanted in wanted.items():
            place = next(place for place, text in enumerate(texts) if is_wanted(text))
            yield f"{name}-{part}", _grey(document, place)
        if name == "copies":
            covers = [place for place, text in enumerate(texts) if "农户入户摸底调查表" in text and "一、" in text]
            yield "copies-first-page-of-each", _beside([_grey(document, place) for place in covers])
        document.close()


def _grey(document: pypdfium2.PdfDocument, place: int) -> Image.Image:
    return document[place].render(scale=DPI / 72, grayscale=True).to_pil().convert("L")


def _beside(images: list[Image.Image]) -> Image.Image:
    whole = Image.new("L", (sum(image.width for image in images), images[0].height), 255)
    for place, image in enumerate(images):
        whole.paste(image, (place * image.width, 0))
    return whole


_Wanted = dict[str, Callable[[str], bool]]


def _has(*words: str) -> Callable[[str], bool]:
    return lambda text: all(word in text for word in words)


def sheets() -> Iterator[tuple[str, ArchiveSheet, _Wanted]]:
    """Every sheet by name, and which of its pages are kept, each told by its text."""
    cover, form = _has("全宗名称"), _has("填写说明")
    yield (
        "complete",
        compose(filled(), facts()),
        {"cover": cover, "index": _has("卷内目录"), "notes": _has("卷内备考表"), "internal": _has("内部核查附页", "红线1")},
    )
    long = compose(
        filled(12, head=_LONG_NAME),
        replace(facts(head=_LONG_NAME), places=_LONG_PLACE, maker=_LONG_NAME, fonds=_LONG_PLACE[3] + "人民政府"),
    )
    yield "long-names", long, {"cover": cover, "signatures": _has("签字确认页", "手印"), "index": _has("卷内目录")}
    yield "twenty-members", compose(_crowd(20), facts()), {"table": _has("家庭成员信息表", "公民身份号码")}
    yield (
        "empty",
        compose(_empty(), replace(facts(), photos={})),
        {"form": form, "cover": cover, "gaps": _has("缺件清单", "类别"), "signatures": _has("签字确认页", "手印")},
    )
    yield (
        "forty-photos",
        compose(*_forty()),
        {"first": _has("入户影像资料", "图1"), "last": lambda text: "图40" in text and "填写说明" not in text and "见影像" not in text},
    )
    yield "tables", compose(_tables(), facts()), {"form": form, "second": _has("第40条")}
    yield "changed", compose(_revised(), _since()), {"table": _has("修订前", "修订后")}
    yield (
        "glyph",
        compose(filled(demand="户主之子李\U0002ebf5，曾用名\U0002ebf6。"), facts()),
        {"form": _has("U+2EBF5", "填写说明"), "gaps": _has("缺件清单", "类别")},
    )
    yield "rare-names", _rare("张𤳉𬎆𠮷"), {"cover": cover, "form": form}
    yield from _bound_otherwise(form)


def _bound_otherwise(form: Callable[[str], bool]) -> Iterator[tuple[str, ArchiveSheet, _Wanted]]:
    """By the piece, three copies beside each other, on both sides of the paper."""
    pieces = replace(facts(), matrix=matrix.read(b'binding = "pieces"'))
    yield (
        "pieces",
        compose(filled(), pieces),
        {
            "cover": _has("归档文件目录", "起止件号"),
            "catalogue": _has("归档文件目录", "密级"),
            "form": form,
            "signatures": _has("签字确认页", "手印"),
            "notes": _has("备考表", "盒内"),
        },
    )
    yield "copies", compose(filled(), facts()), {}
    yield "duplex", compose(_tables(), facts(duplex=True)), {"back": _has("第20条")}


def _rare(head: str) -> ArchiveSheet:
    form = filled(3, head=head, demand=f"{head}之子张𱍐𰀀，曾用名𪛖𬺰𠀀；与⿰亻𤳉同名。张贤邉\U000e0100。")
    return compose(form, replace(facts(head=head), maker="𬎆𠮷", places=("示范县", "示范镇", "𠮷村")))


def _with(form: FilledForm, *answers: FilledAnswer, title: str = "二、户基本情况") -> FilledForm:
    return replace(form, sections=(replace(form.sections[0], title=title, answers=answers), *form.sections[1:]))


def _crowd(count: int) -> FilledForm:
    values = (
        "之外孙女",
        "女",
        "1985-06-15",
        "",
        "塔吉克族",
        "中专/中职/技校",
        "长期慢性病；患有大病",
        "弱劳动力或半劳动力",
        "乡（镇）外县内务工",
    )
    rows = []
    for row in range(1, count + 1):
        name = _LONG_NAME if row == 3 else RARE_NAMES[row % len(RARE_NAMES)]
        texts = (name, *(values if row > 1 else ("户主", "男", "1960-01-01", "", "汉族", "小学", "健康", "普通劳动力", "未务工")))
        texts = (*texts[:4], f"99010219850615{row:04d}", *texts[5:])
        cells = zip(_MEMBER, texts, strict=True)
        rows.append(
            tuple(answer(own, label, text, place, path=f"/h/member[{row}]/{own}") for place, ((own, label), text) in enumerate(cells, 41))
        )
    table = FilledTable("/h/member", "member", "家庭成员", tuple(rows), tuple(f"{row:032x}" for row in range(count)))
    form = filled()
    return replace(form, sections=(form.sections[0], replace(form.sections[1], tables=(table,)), *form.sections[2:]))


def _empty() -> FilledForm:
    """Every question asked and none answered."""
    form = filled(1)
    blank = tuple(
        replace(
            section,
            answers=tuple(answer(own.name, own.label, "", int(own.number), own.type) for own in section.answers),
            tables=tuple(
                replace(
                    table,
                    rows=tuple(
                        tuple(replace(cell, text="", raw="", state=answer("x", "x", "").state) for cell in row) for row in table.rows
                    ),
                )
                for table in section.tables
            ),
        )
        for section in form.sections
    )
    dates = (answer("survey_date", "入户日期", "", 1, "date"), answer("registered_count", "户籍人口数", "", 2, "int"))
    return replace(form, sections=(replace(blank[0], answers=(*dates, *blank[0].answers)), *blank[1:]))


def _forty() -> tuple[FilledForm, ArchiveFacts]:
    photos = [jpeg(6 * tint, (64, 48) if tint % 3 else (48, 64)) for tint in range(40)]
    uploads = tuple(
        answer(f"photo_{place}", f"照片{place}：住房外观及院落", "x.jpg", place, "binary", file=attachment(data))
        for place, data in enumerate(photos, 1)
    )
    taken = {attachment(data): Photo(data, taken="2026-11-20 10:15", place="示范村3组12号", author="示范员甲") for data in photos}
    return _with(filled(1), *uploads), replace(facts(), photos={**facts().photos, **taken})


def _tables() -> FilledForm:
    number = iter(range(1, 100))
    basic = (
        answer("short", "户主姓名", "张三", next(number)),
        answer("phone", "联系电话", "", next(number)),
        answer("income", "工资性收入（元）", "12000.5", next(number), "decimal"),
        answer("loan_amount", "贷款余额（元）", "50000", next(number), "decimal"),
        answer("wage", "务工收入", "1234567.89", next(number), "decimal"),
        answer("other_debt", "其他债务余额（元）", "10020.05", next(number), "decimal"),
        answer("area", "住房面积（平方米）", "86.5", next(number), "decimal"),
        answer(
            "long_label", "红线4：家庭成员为财政供养或国有大中型企业稳定就业且连续缴纳职工养老保险满一年以上的情况核查", "否", next(number)
        ),
        answer(
            "many",
            "享受的产业帮扶",
            "种苗化肥等物资帮扶；产业奖补；致富带头人/合作社/龙头企业带动；消费帮扶",
            next(number),
            "select_multiple",
        ),
        answer("account", "一卡通/银行账号", "9999990010000000039", next(number)),
        answer("lone", "备注", "无", next(number)),
        *(
            skipped(f"none_{place}", label, next(number))
            for place, label in enumerate(("脱贫年度", "首次识别年度", "安置区名称地址", "未完成原因说明"))
        ),
    )
    rows = tuple(
        (
            answer("help_name", "措施", text, 21),
            answer("help_when", "时间", "2026年3月1日", 22),
            answer("help_money", "金额（元）", "3000", 23, "int"),
        )
        for text in ("产业奖补", "雨露计划")
    )
    measures = FilledTable("/h/help", "help", "帮扶措施", rows, ("a" * 32, "b" * 32))
    listed = "\n".join(f"第{place}条：{_DEMAND[:60]}" for place in range(1, 45))
    sections = (
        FilledSection("/h/b", "b", "二、每种表格", True, basic),
        FilledSection("/h/k", "k", "十一、帮扶措施", True, (), (measures,)),
        FilledSection("/h/x", "x", "十二、不适用的部分", False, ()),
        FilledSection(
            "/h/n", "n", "十四、群众认可与诉求", True, (answer("demand", "主要诉求", _DEMAND, 30), answer("list", "逐条诉求", listed, 31))
        ),
    )
    return replace(filled(), sections=(*sections, filled().sections[-1]))


def _revised() -> FilledForm:
    form = filled(3, demand=_DEMAND)
    more = (
        answer("loan_amount", "贷款余额（元）", "50000", 12, "decimal"),
        answer("house_basis", "住房安全保障方式", "危房改造后安全", 13),
    )
    return replace(form, sections=(replace(form.sections[0], answers=(*form.sections[0].answers, *more)), *form.sections[1:]))


def _since() -> ArchiveFacts:
    before = filled(4)
    old = (answer("loan_amount", "贷款余额（元）", "80000", 12, "decimal"), answer("house_basis", "住房安全保障方式", "", 13))
    before = replace(before, sections=(replace(before.sections[0], answers=(*before.sections[0].answers, *old)), *before.sections[1:]))
    numbering = Numbering("0123", "990102101201", VOLUME, 2026)
    return replace(facts(), numbering=numbering, before=Before(before, 1, facts().surveyed_on, "核对户口簿后更正"))


def make() -> None:
    """Write every image; the ones of pages that are no more are removed."""
    FOLDER.mkdir(exist_ok=True)
    drawn = dict(pages())
    for name, image in drawn.items():
        image.quantize(16).save(FOLDER / f"{name}.png", optimize=True)
    for file in FOLDER.glob("*.png"):
        if file.stem not in drawn:
            file.unlink()


if __name__ == "__main__":
    make()
