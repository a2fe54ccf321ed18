"""What the choices of an XForm say besides plain words: media, and outputs that speak answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .xform_text import XF, has_media

_LIST = re.compile(r"""instance\(\s*['"]([^'"]+)['"]\s*\)""")


@dataclass(frozen=True, slots=True)
class ChoiceTexts:
    """Of a whole form."""

    media: bool = False
    """Whether any text comes with an image, a sound or a film."""
    outputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """List (id of a secondary instance) → the expressions inside the texts that its items name."""

    def of(self, nodeset: str) -> tuple[str, ...]:
        """The expressions inside the texts of every list that a nodeset reads."""
        return tuple(dict.fromkeys(output for name in _LIST.findall(nodeset) for output in self.outputs.get(name, ())))


def choice_texts(model: Element) -> ChoiceTexts:
    """Read from the model of the form."""
    itext = model.find(XF + "itext")
    spoken: dict[str, list[str]] = {}
    for text in itext.iter(XF + "text") if itext is not None else ():
        found = [output.get("value") or output.get("ref") or "" for output in text.iterfind(".//{*}output")]
        spoken.setdefault(text.get("id", ""), []).extend(filter(str.strip, found))
    spoken = {name: outputs for name, outputs in spoken.items() if outputs}
    lists: dict[str, tuple[str, ...]] = {}
    for instance in model.findall("{*}instance")[1:] if spoken else ():
        named = [output for cell in instance.iter() for output in spoken.get((cell.text or "").strip(), ())]
        if named:
            lists[instance.get("id", "")] = tuple(dict.fromkeys(named))
    return ChoiceTexts(has_media(model), lists)
