"""Labels show ODK's part of Markdown and never anything else."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.ui.questions.markup import plain, rich


@pytest.mark.parametrize(
    ("label", "shown", "read"),
    [
        ("**必填**项", "<b>必填</b>项", "必填项"),
        ("__必填__ 项", "<b>必填</b> 项", "必填 项"),
        ("请*当面*问", "请<i>当面</i>问", "请当面问"),
        ("请 *当面* 问", "请 <i>当面</i> 问", "请 当面 问"),
        ("_斜_ 体", "<i>斜</i> 体", "斜 体"),
        ("面积 3*4*5 米", "面积 3*4*5 米", "面积 3*4*5 米"),
        ("文件 a_b_c", "文件 a_b_c", "文件 a_b_c"),
        ("# 一、概况", '<span style="font-size:x-large; font-weight:bold">一、概况</span>', "一、概况"),
        ("第 # 号", "第 # 号", "第 # 号"),
        ("见[政策](policy.example/1)", "见<u>政策</u> (policy.example/1)", "见政策 (policy.example/1)"),
        ("<b>粗</b><script>x</script>", "粗&lt;script&gt;x&lt;/script&gt;", "粗<script>x</script>"),
        ('<span style="color:red">红</span>', "红", "红"),
        ("一<br/>二\n三", "一<br>二<br>三", "一\n二\n三"),
        (r"\*不斜\* \_也不\_", "*不斜* _也不_", "*不斜* _也不_"),
        ("A & B < C", "A &amp; B &lt; C", "A & B < C"),
    ],
)
def test_a_label_is_shown_and_read(label, shown, read):
    assert rich(label) == shown
    assert plain(label) == read


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes.update(name for name, _ in attrs)


@given(st.text(alphabet="ab*_#[]()<>&\"'\\ /=:\n国style srchefimg", max_size=60))
def test_nothing_but_the_few_tags_comes_through(label):
    tags = _Tags()
    tags.feed(rich(label))
    tags.close()
    assert tags.seen <= {"b", "i", "u", "br", "span"}
    assert tags.attributes <= {"style"}
    plain(label)
