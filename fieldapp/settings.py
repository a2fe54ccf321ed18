"""One frozen Settings: defaults, then the TOML file in the workspace's parent folder, then the command line."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from .errors import BadInput


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be set by the person who installs the program; what belongs to the district comes by sync."""

    workspace: Path
    font_size_pt: int = 12
    """12, 14 or 18."""
    lock_after_minutes: int = 10
    copies: tuple[str, ...] = ("township", "village", "household")
    autosave_after_ms: int = 400


def default_workspace() -> Path:
    """The platform's data folder of this application."""
    from platformdirs import user_data_path

    return user_data_path("fieldapp", appauthor=False) / "workspace"


def load(file: Path | None = None, **given: object) -> Settings:
    """Settings from defaults, a TOML file if it exists, and what was given; an unknown name or a wrong type is a BadInput."""
    settings = Settings(default_workspace())
    if file is not None and file.exists():
        try:
            settings = _with(settings, tomllib.loads(file.read_text(encoding="utf-8")))
        except tomllib.TOMLDecodeError as broken:
            raise BadInput(what="settings", value=str(broken)) from None
    return _with(settings, {name: value for name, value in given.items() if value is not None})


def _with(settings: Settings, values: Mapping[str, object]) -> Settings:
    known = {field.name for field in fields(Settings)}
    for name, value in values.items():
        if name not in known:
            raise BadInput(what="setting", value=name)
        held = getattr(settings, name)
        new: object = Path(value) if isinstance(held, Path) and isinstance(value, str) else value
        if isinstance(held, tuple) and isinstance(new, list):
            new = tuple(new)
        if type(new) is not type(held) and not isinstance(new, type(held)):
            raise BadInput(what=f"setting {name}", value=value)
        settings = replace(settings, **{name: new})  # type: ignore[arg-type]
    return settings
