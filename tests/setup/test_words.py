"""Every sentence exists in both languages, and every expected error says what happened, what is safe and what to do."""

import ast
import re
from functools import cache

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as ftl

import fieldapp.errors
from fieldapp.words import knows, say
from sync.errors import CodedError

from .tree import ROOT, modules

_LANGUAGES = ("zh_CN", "en")


@cache
def _messages(language: str) -> dict[str, ftl.Message]:
    parser, found = FluentParser(), {}
    for file in sorted((ROOT / "resources" / "words" / language).glob("*.ftl")):
        for entry in parser.parse(file.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, ftl.Junk), f"{file.name}: {entry.content}"
            if isinstance(entry, ftl.Message):
                assert entry.id.name not in found, f"{entry.id.name} is said twice, again in {file.name}"
                found[entry.id.name] = entry
    return found


def _said() -> set[tuple[str, str]]:
    """(module, message id) of every literal `say(...)` in the code."""
    said = set()
    for path, source in modules("fieldapp"):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                first = node.args[0]
                if name == "say" and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    said.add((path, first.value))
    return said


def _errors(root: type[CodedError] = CodedError) -> list[type[CodedError]]:
    return [root, *(below for child in root.__subclasses__() for below in _errors(child))]


ERRORS = [pytest.param(error, id=error.code) for error in _errors() if error.__module__ in (fieldapp.errors.__name__, "sync.errors")]


def test_both_languages_say_the_same_messages() -> None:
    chinese, english = ({(m.id.name, a.id.name) for m in _messages(lang).values() for a in m.attributes} for lang in _LANGUAGES)
    assert chinese == english
    assert _messages("zh_CN").keys() == _messages("en").keys()


@pytest.mark.parametrize("language", _LANGUAGES)
def test_every_message_that_the_code_says_exists(language: str) -> None:
    assert not {(path, message) for path, message in _said() if not knows(message, language)}


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("error", ERRORS)
def test_an_expected_error_says_what_is_safe_and_what_to_do(error: type[CodedError], language: str) -> None:
    for part in ("", ".safe", ".next"):
        assert knows(f"error-{error.code}{part}", language)


@pytest.mark.parametrize("language", _LANGUAGES)
@pytest.mark.parametrize("error", ERRORS)
def test_a_message_uses_only_the_values_that_its_error_promises(error: type[CodedError], language: str) -> None:
    message = _messages(language)[f"error-{error.code}"]
    used = set(re.findall(r"\$([A-Za-z][\w-]*)", str(_variables(message))))
    assert {name for name in used if not re.search(rf"\b{name}\b", error.__doc__ or "")} == set()


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in _errors() if error.__module__ in (fieldapp.errors.__name__, "sync.errors")]
    assert len(codes) == len(set(codes))


def test_an_error_without_a_place_is_said_without_one() -> None:
    assert say("error-form-invalid", detail="X") == "表单有错误：X"
    assert say("error-form-invalid", detail="X", sheet="survey", row=2026) == "表单有错误（工作表“survey”第 2026 行）：X"
    assert say("error-form-invalid", detail="X", sheet="survey") == "表单有错误（工作表“survey”）：X"


def _variables(node: ftl.BaseNode) -> list[str]:
    if isinstance(node, ftl.VariableReference):
        return [f"${node.id.name}"]
    below = [value for value in vars(node).values() if isinstance(value, ftl.BaseNode | list)]
    nodes = [item for value in below for item in (value if isinstance(value, list) else [value]) if isinstance(item, ftl.BaseNode)]
    return [name for child in nodes for name in _variables(child)]
