"""Operations for the tests: a device that writes, with a clock of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sync.keys import DeviceKey
from sync.operation import Operation, signed

VILLAGE = "990101001001"


def record_id(number: int) -> str:
    return f"{number:032x}"


class Writer:
    """One device and its chain of operations."""

    def __init__(self, number: int = 1, clock: int = 1_800_000_000_000) -> None:
        self.key = DeviceKey(bytes([number]) * 32)
        self.last = ""
        self.clock = clock

    def write(
        self,
        values: Mapping[str, str | None],
        parents: Iterable[Operation | str] = (),
        *,
        record: int = 1,
        delete: bool = False,
        village: str = VILLAGE,
        kind: str = "household",
    ) -> Operation:
        self.clock += 1
        heads = sorted({parent if isinstance(parent, str) else parent.id for parent in parents})
        operation = signed(
            Operation(
                dev=self.key.device,
                prev=self.last,
                rec=record_id(record),
                kind=kind,
                vil=village,
                par=tuple(heads),
                set=values,
                hlc=f"{self.clock:013d}-000000",
                user="surveyor",
                delete=delete,
            ),
            self.key,
        )
        self.last = operation.id
        return operation
