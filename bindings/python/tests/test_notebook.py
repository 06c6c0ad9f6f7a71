"""Tables of notebooks hold text from documents, and never markup of it."""

from __future__ import annotations

from html.parser import HTMLParser

from documents import everything, service, template

import aim
from aim.notebook import Table

EVIL = "<script>alert(1)</script>|*x*\x1b[31m"


class Tags(HTMLParser):
    """Which tags a text has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.add(tag)


def test_cells_are_escaped() -> None:
    table = Table(EVIL, ("a",), [(EVIL,)])
    assert Tags(table.html()).found <= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert "\x1b" not in table.html() + table.markdown()
    row = table.markdown().splitlines()[-1]
    assert "<script>" not in row and row.replace("\\|", "").count("|") == 2


def test_what_documents_hold_is_escaped_everywhere() -> None:
    documents = [
        *everything(),
        {**service("evil"), "spec": {"model": {"name": EVIL[:20]}, "replica<b>": 1}},
        template("qwen-b", metric="<b>latency</b>"),
    ]
    cluster = aim.Cluster(documents)
    plan = cluster.plan("team/chat")
    for shown in (
        plan,
        plan.template,
        plan.status,
        plan.diff(cluster),
        cluster.lint(),
        cluster.add(documents[-2]),
        cluster.plan("team/evil"),
    ):
        assert Tags(shown._repr_html_()).found <= {"table", "caption", "thead", "tbody", "tr", "th", "td"}
        assert "<script>" not in shown._repr_markdown_()


def test_an_empty_cell_is_empty() -> None:
    assert Table("t", ("a", "b"), [(None, 0)]).html().count("<td></td>") == 1
