"""A finding (疑点): what a rule noticed about a record; a person decides what it means."""

from dataclasses import dataclass
from enum import Enum


class Weight(Enum):
    """What a finding does, as in the rule catalogue (domain notes 3.5)."""

    BLOCKS = "E"
    """The record is wrong: it cannot be finalized like this."""
    ASKS = "W"
    """Needs an explanation or evidence."""
    CROSS_CHECK = "Q"
    """Seen across households, after exchange."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, one place. Its sentence is the message `finding-<rule in lower case>` with the values filled in."""

    rule: str
    """Number in the catalogue, as P001 or H001."""
    weight: Weight
    clause: str
    """Where the rule comes from, as 国网规则1_01_002."""
    member: str = ""
    """Record id of the member it is about, empty for the household."""
    field: str = ""
    """Question name, as m_id_no."""
    values: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        """Message id of its sentence."""
        return f"finding-{self.rule.lower()}"
