"""The hands that answer any question widget, and the eyes that read what it shows."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp.ui.desk import Desk
from fieldapp.ui.questions.base import QuestionWidget
from fieldapp.ui.questions.choice import RadioQuestion, SearchChoiceQuestion
from fieldapp.ui.questions.dates import DateTimeQuestion
from fieldapp.ui.questions.drawing import AnnotateQuestion, DrawnQuestion
from fieldapp.ui.questions.files import UploadQuestion
from fieldapp.ui.questions.many import AcknowledgeQuestion, MultipleQuestion, RankQuestion
from fieldapp.ui.questions.options import OptionsQuestion
from fieldapp.ui.questions.pad import DrawingPad, as_png
from fieldapp.ui.questions.places import PointsQuestion
from fieldapp.ui.questions.scale import RangeQuestion, RatingQuestion
from fieldapp.ui.questions.searched import SearchMultipleQuestion

from .hands import press, write


def keyboard() -> QWidget:
    """The widget that has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def type_over(text: str) -> None:
    """Replace what stands in the field with the keyboard, and press Enter."""
    press(keyboard(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    write(keyboard(), text)
    press(keyboard(), Qt.Key.Key_Return)


def add_points(text: str) -> None:
    """Type points one by one, each with Enter."""
    for point in text.split(";"):
        write(keyboard(), point.strip())
        press(keyboard(), Qt.Key.Key_Return)


def moment(widget: QuestionWidget, day: str, time: str) -> None:
    """A day, then its time."""
    assert isinstance(widget, DateTimeQuestion)
    write(widget.day, day)
    press(widget.day, Qt.Key.Key_Tab)
    write(widget.time, time)
    press(widget.time, Qt.Key.Key_Return)


def draw(pad: DrawingPad) -> None:
    """One stroke with the mouse."""
    wide, tall = pad.width(), pad.height()
    QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=QPoint(wide // 5, tall // 3))
    for step in range(1, 6):
        QTest.mouseMove(pad, QPoint(wide // 5 + wide * step // 9, tall // 3 + tall // 4 * (step % 2)))
    QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=QPoint(wide * 4 // 5, tall // 2))


def picture(width: int = 320, height: int = 200, colour: str = "#7a9e7e") -> bytes:
    """A small PNG."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return as_png(image)


def recording() -> bytes:
    """A second of silence as WAV."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes([128]) * 8000)
    return out.getvalue()


def film() -> bytes:
    """The boxes of an MP4 with a place in its tags and nothing to see."""

    def box(kind: bytes, body: bytes) -> bytes:
        return (len(body) + 8).to_bytes(4, "big") + kind + body

    return box(b"ftyp", b"isom\0\0\2\0isom") + box(b"moov", box(b"udta", b"+36.59+109.49/")) + box(b"mdat", bytes(64))


FILES: dict[str, Callable[[], bytes]] = {"image": picture, "audio": recording, "video": film, "application": lambda: b"%PDF-1.4\n%%EOF\n"}
_ENDINGS = {"image": "png", "audio": "wav", "video": "mp4"}


def file_for(mediatype: str, folder: Path) -> Path:
    """A file that fits an upload."""
    kind = mediatype.partition("/")[0] or "image"
    file = folder / f"probe.{_ENDINGS.get(kind, 'pdf')}"
    file.write_bytes(FILES.get(kind, FILES["application"])())
    return file


def shown_in(widget: QuestionWidget) -> str:
    """What a person sees as the answer."""
    readers: tuple[tuple[type[QuestionWidget], Callable[..., str]], ...] = (
        (RadioQuestion, lambda one: _words(button.text() for button in one._group.buttons() if button.isChecked())),
        (OptionsQuestion, lambda one: _words(option.text() or "●" for option in one.board.options if option.isChecked())),
        (MultipleQuestion, lambda one: _words(sorted(one.list.ticked()))),
        (SearchMultipleQuestion, lambda one: one.chosen.text()),
        (RankQuestion, lambda one: _words(one.list.item(at).text() for at in range(one.list.count()))),
        (AcknowledgeQuestion, lambda one: "✔" if one.box.isChecked() else ""),
        (RatingQuestion, lambda one: one.said.text()),
        (PointsQuestion, lambda one: _words(one.list.item(at).text() for at in range(one.list.count()))),
        (DateTimeQuestion, lambda one: f"{one.day.text()} {one.time.text()}"),
        (AnnotateQuestion, lambda one: _seen(one.upload)),
        (UploadQuestion, _seen),
        (DrawnQuestion, lambda one: "drawn" if _is_drawn(one.pad.image()) else "white"),
        (SearchChoiceQuestion, lambda one: one.field.text()),
    )
    for kind, read in readers:
        if isinstance(widget, kind):
            return read(widget)
    field = getattr(widget, "field", None)
    if field is not None:
        return str(field.toPlainText() if hasattr(field, "toPlainText") else field.displayText())
    text = getattr(widget, "text", None)
    return text.text() if text is not None else ""


def _words(parts: object) -> str:
    return "、".join(parts)  # type: ignore[arg-type]


def _seen(one: UploadQuestion) -> str:
    return "picture" if not one.picture.pixmap().isNull() else one.picture.text()


def _is_drawn(image: QImage) -> bool:
    white = QColor(Qt.GlobalColor.white)
    return any(image.pixelColor(x, y) != white for x in range(0, image.width(), 3) for y in range(0, image.height(), 3))


_BY_TYPE = {
    "int": "5",
    "decimal": "2.5",
    "date": "2016-04-14",
    "time": "0830",
    "geopoint": "36.59 109.49",
}


def answer_somehow(widget: QuestionWidget, desk: Desk, folder: Path) -> None:
    """Give any answer that fits, with the keyboard (drawings with the mouse)."""
    view = widget.view
    if isinstance(widget, DrawnQuestion):
        draw(widget.pad)
        press(widget.take, Qt.Key.Key_Space)
    elif isinstance(widget, UploadQuestion | AnnotateQuestion):
        desk.dialogs.open_file = file_for(view.mediatype, folder)  # type: ignore[attr-defined]
        press(keyboard(), Qt.Key.Key_Space)
    elif isinstance(widget, SearchMultipleQuestion):
        write(keyboard(), view.choices[0].label)
        press(keyboard(), Qt.Key.Key_Return)
    elif isinstance(widget, SearchChoiceQuestion):
        press(keyboard(), Qt.Key.Key_F4)
        press(keyboard(), Qt.Key.Key_Return)
    elif isinstance(widget, PointsQuestion):
        add_points("36.5 109.4; 36.6 109.4; 36.6 109.5")
    elif isinstance(widget, DateTimeQuestion):
        moment(widget, "20261120", "0905")
    elif isinstance(widget, RankQuestion | AcknowledgeQuestion | MultipleQuestion | OptionsQuestion | RangeQuestion):
        press(keyboard(), Qt.Key.Key_Space)
    elif isinstance(widget, RatingQuestion | RadioQuestion):
        write(keyboard(), "1")
    else:
        type_over("2016" if "year" in view.appearance.split() else _BY_TYPE.get(view.type, "12"))
