"""All functions that a form may call: XPath 1.0, the ODK XForms specification, and what ODK Collect and Web Forms add."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fieldapp.engine.xpath.functions.dates import DATES
from fieldapp.engine.xpath.functions.digests import DIGESTS
from fieldapp.engine.xpath.functions.function import Function
from fieldapp.engine.xpath.functions.geo import GEO
from fieldapp.engine.xpath.functions.nodes import NODES
from fieldapp.engine.xpath.functions.numbers import NUMBERS
from fieldapp.engine.xpath.functions.text import TEXT

FUNCTIONS: Mapping[str, Function] = MappingProxyType({**TEXT, **NUMBERS, **DATES, **NODES, **DIGESTS, **GEO})
"""name → how many arguments of which kinds, what comes out, how it compiles."""

__all__ = ["FUNCTIONS", "Function"]
