"""The shape of the code: every module has its noun and its size, or a reason."""

import ast

from .tree import modules

_MODULE_LINES, _FUNCTION_LINES, _METHODS = 400, 50, 20
_NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "controller"}

# path, or path::name, and why it may be larger.
EXCEPTIONS = {
    "tests/sync/memory.py::MemoryReplica": "the contract of a replica has that many methods",
}


def _too_large() -> dict[str, str]:
    found = {}
    for path, source in modules("fieldapp", "sync", "tests"):
        lines = source.count("\n")
        if lines > _MODULE_LINES:
            found[path] = f"{lines} lines"
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > _FUNCTION_LINES:
                    found[f"{path}::{node.name}"] = f"{length} lines"
            if isinstance(node, ast.ClassDef):
                methods = sum(isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) for item in node.body)
                if methods > _METHODS:
                    found[f"{path}::{node.name}"] = f"{methods} methods"
    return found


def test_modules_functions_and_classes_keep_their_size() -> None:
    large = _too_large()
    assert {name: size for name, size in large.items() if name not in EXCEPTIONS} == {}
    assert set(EXCEPTIONS) <= set(large), "an exception that is no longer needed"


def test_no_module_is_named_after_nothing() -> None:
    assert not [path for path, _ in modules("fieldapp", "sync", "tests") if path.rsplit("/", 1)[-1].removesuffix(".py") in _NAMELESS]


def test_every_module_says_what_it_is_for() -> None:
    assert not [path for path, source in modules("fieldapp", "sync") if not ast.get_docstring(ast.parse(source))]
