"""Makes expressions: every function and operator over every kind of value, each as the calculation of a small form."""

from __future__ import annotations

import random
from collections.abc import Callable
from xml.sax.saxutils import quoteattr

from tests.engine.differential.peers import Case

NODES = {
    "blank": "/data/blank",
    "number": "/data/num",
    "decimal": "/data/dec",
    "text": "/data/txt",
    "date": "/data/day",
    "datetime": "/data/moment",
    "time": "/data/clock",
    "point": "/data/spot",
    "several": "/data/many",
    "truth": "/data/flag",
    "hidden": "/data/hidden",
    "rows": "/data/m/k",
    "gated": "/data/m/j",
    "days": "/data/m/d",
}
"""Kind of value → the node that holds one."""

LITERALS = (
    "0", "1", "-1", "2.5", "-2.5", "7", "100", "0.1", "1000000", "''", "'a'", "'b'", "'abc'", "'true'", "'7'", "' 7 '", "'-2.50'",
    "'2020-01-05'", "'2020-02-29'", "'2026-11-22T10:00:00.000+08:00'", "'2026-11-22T02:00:00.000Z'", "'08:30:00.000+08:00'",
    "'26.5 106.7 1200 5'", "true()", "false()", "today()", "now()", "'x'", "1 div 0", "0 div 0", "'家庭'",
)  # fmt: skip
SETS = ("/data/m", "/data/m/k", "/data/m/j", "/data/m/d", "/data/num | /data/dec", "/data/m[k > 1]/k", "/data/none", "/data/blank")
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "string": ("v",), "concat": ("v", "v"), "join": ("t", "N"), "substr": ("t", "n", "n"), "substring-before": ("t", "t"),
    "substring-after": ("t", "t"), "translate": ("t", "t", "t"), "string-length": ("t",), "normalize-space": ("t",), "contains": ("t", "t"),
    "starts-with": ("t", "t"), "ends-with": ("t", "t"), "digest": ("t", "=MD5"), "if": ("v", "v", "v"), "coalesce": ("v", "v"),
    "boolean": ("v",), "boolean-from-string": ("v",), "not": ("v",), "regex": ("t", "=[0-9]+"), "checklist": ("n", "n", "v", "v"),
    "weighted-checklist": ("n", "n", "v", "n"), "number": ("v",), "int": ("v",), "sum": ("N",), "max": ("N",), "min": ("N",),
    "round": ("v",), "pow": ("n", "n"), "log": ("n",), "log10": ("n",), "abs": ("v",), "sin": ("n",), "cos": ("n",), "tan": ("n",),
    "atan": ("n",), "atan2": ("n", "n"), "sqrt": ("n",), "exp": ("n",), "exp10": ("n",), "count": ("N",), "count-non-empty": ("N",),
    "format-date": ("v", "=%Y-%m-%d %e %b"), "format-date-time": ("v", "=%y-%n-%d %H:%M:%S"), "date": ("v",), "date-time": ("v",),
    "decimal-date-time": ("v",), "decimal-time": ("v",), "selected": ("v", "t"), "selected-at": ("v", "n"), "count-selected": ("v",),
    "indexed-repeat": ("#k", "#m", "n"), "floor": ("v",), "ceiling": ("v",), "substring": ("t", "n", "n"), "position": ("#m",),
    "area": ("v",), "distance": ("v",), "round2": ("v", "n"),
}  # fmt: skip
OPERATORS = ("+", "-", "*", " div ", " mod ", "=", "!=", "<", "<=", ">", ">=", " and ", " or ")
PREDICATES = (
    "[1]",
    "[2]",
    "[last()]",
    "[position() = 2]",
    "[k = 1]",
    "[k > 1]",
    "[j]",
    "[not(k)]",
    "[k != '']",
    "[d < today()]",
    "[1 + 1]",
)
AXES = (
    "count(/data/m/*)", "count(/data/m/k/..)", "count(//k)", "count(/data/m[2]/preceding-sibling::m)", "count(/data/m/following::*)",
    "name(/data/m[1]/*[1])", "local-name(/data/num)", "count(/data/m/k/ancestor::*)", "string(/data/@id)", "count(/data/@*)",
    "count(../m)", "../num + 1", "string(../m[2]/k)", "count(current()/../m)", "/data/m[k = current()/../num]/k", "count(self::node())",
    "count(/data/descendant::k)", "count(/data/m/k/text())", "count(/data/num/following-sibling::*[1])", "namespace-uri(/data)",
)  # fmt: skip


def form(expression: str, kind: str = "string") -> str:
    """A form that calculates the expression into /data/r."""
    return FORM % (kind, quoteattr(expression))


class Maker:
    """Draws expressions by a seed."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def expression(self, depth: int = 2) -> str:
        """One expression."""
        makers: tuple[Callable[[int], str], ...] = (self._call, self._call, self._call, self._operation, self._operation, self._path)
        return self._chance.choice(makers)(depth)

    def _value(self, depth: int) -> str:
        draw = self._chance.random()
        if depth > 1 and draw < 0.3:
            return self.expression(depth - 1)
        if draw < 0.65:
            return self._chance.choice(list(NODES.values()))
        return self._chance.choice(LITERALS)

    def _call(self, depth: int) -> str:
        name = self._chance.choice(list(FUNCTIONS))
        arguments = [self._argument(kind, depth) for kind in FUNCTIONS[name]]
        return f"{name.removesuffix('2')}({', '.join(arguments)})" if name != "atan2" else f"atan2({', '.join(arguments)})"

    def _argument(self, kind: str, depth: int) -> str:
        match kind[0]:
            case "=":
                return f"'{kind[1:]}'"
            case "#":
                return {"#k": "/data/m/k", "#m": "/data/m"}[kind]
            case "N":
                return self._chance.choice(SETS)
            case "n" if self._chance.random() < 0.6:
                return self._chance.choice(("0", "1", "2", "-1", "2.5", "/data/num", "/data/blank"))
            case "t" if self._chance.random() < 0.5:
                return self._chance.choice(("'a'", "'b'", "''", "/data/txt", "/data/many", "'1'", "'-'"))
        return self._value(depth)

    def _operation(self, depth: int) -> str:
        return f"{self._operand(depth)} {self._chance.choice(OPERATORS)} {self._operand(depth)}"

    def _operand(self, depth: int) -> str:
        made = self._value(depth)
        return f"({made})" if " " in made and not made.startswith("'") else made

    def _path(self, _depth: int) -> str:
        if self._chance.random() < 0.4:
            return self._chance.choice(AXES)
        inner = f"/data/m{self._chance.choice(PREDICATES)}/{self._chance.choice('kjd')}"
        return f"{self._chance.choice(('count', 'sum', 'string', 'max'))}({inner})"


def cases(count: int, seed: int) -> list[Case]:
    """`count` different expressions, a form each."""
    maker = Maker(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[maker.expression()] = None
    return [{"id": expression, "xml": form(expression), "steps": []} for expression in found]


FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:orx="http://openrosa.org/xforms"><h:head><h:title>expression</h:title><model>
<instance><data id="expression"><blank/><num>7</num><dec>2.5</dec><txt>abc</txt><day>2020-01-05</day>
<moment>2026-11-20T08:30:00.000+08:00</moment><clock>08:30:00.000+08:00</clock><spot>26.5 106.7 1200 5</spot><many>a b</many>
<flag>true</flag><hidden>9</hidden><none/><m><k>1</k><j>10</j><d>2001-12-26</d></m><m><k/><j>20</j><d/></m>
<m><k>3</k><j>30</j><d>2030-01-01</d></m><r/><orx:meta><orx:instanceID/></orx:meta></data></instance>
<bind nodeset="/data/num" type="int"/><bind nodeset="/data/dec" type="decimal"/><bind nodeset="/data/day" type="date"/>
<bind nodeset="/data/moment" type="dateTime"/><bind nodeset="/data/clock" type="time"/><bind nodeset="/data/spot" type="geopoint"/>
<bind nodeset="/data/many" type="select"/><bind nodeset="/data/hidden" type="int" relevant="false()"/>
<bind nodeset="/data/none" relevant="false()"/><bind nodeset="/data/m/k" type="int"/>
<bind nodeset="/data/m/j" type="int" relevant="not(../k = 3)"/><bind nodeset="/data/m/d" type="date"/>
<bind nodeset="/data/r" type="%s" calculate=%s/></model></h:head><h:body><input ref="/data/blank"><label>b</label></input>
<select ref="/data/many"><label>s</label><item><label>A</label><value>a</value></item><item><label>B</label><value>b</value></item></select>
<group ref="/data/m"><label>m</label><repeat nodeset="/data/m"><input ref="/data/m/k"><label>k</label></input></repeat></group>
</h:body></h:html>"""
