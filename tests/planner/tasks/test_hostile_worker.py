"""A worker that writes whatever an attacker wants into its report: nothing of it is read by anybody."""

from __future__ import annotations

from random import Random

from planner.tasks.document import markdown
from planner.tasks.report import read
from tests.planner.tasks.test_tasks import SHEET, document
from tests.promises.injected import CANARY, EVIL, MARK, answers, payloads


def test_none_of_three_hundred_payloads_leaves_a_word_in_a_report() -> None:
    dice, texts = Random(8), set[str]()
    for payload in payloads():
        texts |= {payload.text, payload.wish, *answers(payload, dice)}
    assert len(texts) > 300
    for text in sorted(texts):
        finding = {"text": text, "evidence": ["f1"]}
        said = {"summary": [text], "findings": [finding], "recommendations": [text], "unknowns": [text]}
        made = read(said, SHEET)
        told = markdown(document(made))
        assert not [word for word in (MARK, EVIL, CANARY, "mallory", "https\\://") if word in told], text
