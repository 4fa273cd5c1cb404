"""A report is kept without secrets in either of its forms, and leads only where ours may."""

from __future__ import annotations

from bot.delegating.finished import finished
from models.links import Links
from models.redaction import Redactor
from planner.tasks.document import Line, Section, Written
from tests.models.test_redaction import BEGIN, KEY, TOKENS

HOME, AWAY = "https://acme.example/browse/PAY-7", "https://acme.example@evil.example/"
OURS = Links.to("https://acme.example")


def report(*lines: Line) -> Written:
    words = {name: "words" for name in ("title", "subtitle", "footer") if name in Written.__dataclass_fields__}
    return Written(**words, summary=("what is so",), sections=(Section("What was found", lines),))


def test_neither_form_of_a_report_holds_a_secret_that_markdown_would_hide() -> None:
    made = finished(report(*(Line(f"it is {token}") for token in (*TOKENS, KEY))), 0, Redactor(), OURS)
    plain = f"{made.body} {made.markdown}".replace("\\", "")
    assert plain.count("redacted") == 2 * (len(TOKENS) + 1) and not [token for token in TOKENS if token in plain]


def test_half_a_key_in_one_line_leaves_the_others_as_they_are() -> None:
    lines = (BEGIN, "PAY-2 is blocked", "-----END PRIVATE KEY-----")
    made = finished(report(*map(Line, lines)), 3, Redactor(), OURS)
    assert tuple(line for line, _ in made.body[0].lines) == lines
    assert "PAY-2 is blocked" in made.markdown and made.dropped == 3


def test_a_report_leads_home_and_nowhere_else() -> None:
    made = finished(report(Line("– PAY-7", HOME), Line("– PAY-8", AWAY)), 0, Redactor(), OURS)
    assert made.body[0].lines == (("– PAY-7", HOME), ("– PAY-8", ""))
    assert f"[PAY-7](<{HOME}>)" in made.markdown and "evil" not in made.markdown and "PAY-8" in made.markdown
