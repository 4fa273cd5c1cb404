"""Every condition is found just over its edge, told in Prometheus' rules and explained in the docs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from bot.metrics import COUNTERS, TIMES, Metrics
from bot.operations.conditions import CONDITIONS, STALE, UNREAD, holding, runbook
from bot.operations.exposing import expose
from bot.operations.overview import lines, trouble
from bot.operations.vitals import Vitals
from models.running import Count, Counted
from tests.bot.operations.standings import ILL, JUST_WELL, NOW, WELL

ROOT = Path(__file__).parents[3]
RULES = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text())["groups"][0]["rules"]
DOCS = (ROOT / "docs" / "operations.md").read_text()


def test_a_company_in_good_health_has_no_condition() -> None:
    assert holding(WELL) == ()


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_holds_over_its_edge_alone(name: str) -> None:
    [found] = holding(ILL[name])
    assert found.name == name and found.words[:1].isupper() | found.words[:1].isdigit() | (name == "money_nearly_spent")
    assert not found.words.endswith(".")


@pytest.mark.parametrize("name", JUST_WELL)
def test_nothing_holds_at_its_edge(name: str) -> None:
    assert holding(JUST_WELL[name]) == ()


def rendered() -> set[str]:
    """The names of every series that a scrape can show, of one that has all to tell."""
    totals = {Count(name, ("x",) * len(labels)): Counted(1, NOW) for name, (_, labels) in COUNTERS.items()}
    totals |= {Count(name, (*("x",) * len(spec[1]), "sum")): Counted(1, NOW) for name, spec in TIMES.items()}
    return {name for seen in ILL.values() for name in _names(seen, totals)}


def _names(seen: Vitals, totals: dict[Count, Counted]) -> set[str]:
    metrics = Metrics()
    expose(seen, metrics, "1.0")
    text = metrics.render(totals).decode()
    return {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line and not line.startswith("#")}


def test_every_rule_speaks_of_metrics_that_a_scrape_shows() -> None:
    spoken = {name for rule in RULES for name in re.findall(r"\bpm_[a-z_]+", rule["expr"])}
    assert len(spoken) > 12
    assert spoken <= rendered()


def test_every_label_a_rule_asks_for_is_one_of_its_metric() -> None:
    metrics = Metrics()
    for seen in (*ILL.values(), WELL):
        expose(seen, metrics, "1.0")
    text = metrics.render({Count("pm_deliveries", ("jira", "unavailable")): Counted(1, NOW)}).decode()
    for rule in RULES:
        for name, label, value in re.findall(r'(pm_[a-z_]+)\{(\w+)=~?"([^"]+)"', rule["expr"]):
            for each in value.split("|"):
                assert re.search(rf'^{name}\{{[^}}]*{label}="{each}"', text, re.M), (rule["alert"], name, each)


def test_rules_and_conditions_are_the_same_ones_with_the_same_patience() -> None:
    known = {rule["labels"]["condition"]: rule for rule in RULES}
    assert list(known.keys() ^ CONDITIONS.keys()) == []
    for name, condition in CONDITIONS.items():
        assert known[name]["for"] == f"{condition.after.total_seconds() / 60:.0f}m", name
        assert known[name]["labels"]["severity"] == ("page" if condition.grave else "ticket"), name
        assert known[name]["annotations"]["runbook"] == runbook(name)


@pytest.mark.parametrize("name", CONDITIONS)
def test_each_condition_has_a_chapter_that_says_its_first_command(name: str) -> None:
    anchor = runbook(name).partition("#")[2]
    chapter = re.search(rf"^### {anchor}\n(.*?)(?=^##|\Z)", DOCS, re.M | re.S)
    assert chapter and CONDITIONS[name].do in chapter[1]


def test_a_gauge_of_what_is_gone_is_not_told_any_more() -> None:
    metrics = Metrics()
    expose(ILL["webhooks_missing"], metrics, "1")
    assert "pm_webhooks_missing{" in metrics.render().decode()
    expose(WELL, metrics, "1")
    assert "pm_webhooks_missing{" not in metrics.render().decode()


def test_a_cause_comes_before_what_it_leads_to() -> None:
    dead = {"depths": ILL["events_wait"].depths, "people_wait": 99.0, "mirror": ILL["mirror_stale"].mirror}
    first, *_ = holding(replace(ILL["no_worker"], **dead, unstored=1))
    assert first.name == "no_worker"
    assert holding(replace(ILL["no_doors"], **dead, at_work={}))[0].words.startswith("Nothing is at work")


def test_the_first_look_is_ten_lines_at_most_and_the_worst_comes_first() -> None:
    found = [each for name in reversed(CONDITIONS) for each in trouble(ILL[name])]
    found.sort(key=lambda each: list(CONDITIONS).index(each["condition"]))
    kept = [{"kept": False, "promise": "It is up", "target": "over 99%", "figure": "12%"}] * 8
    told = lines({"trouble": found, "processes": [], "promises": kept})
    assert len(told) <= 11 and told[0].startswith("WRONG: ") and told[6] == "and 11 more: pm status --json"
    assert all(" Do: " in line for line in told[:6])


def test_a_reading_that_trusted_webhooks_put_off_is_no_trouble_until_it_is_long_over() -> None:
    put_off = replace(WELL, mirror={("pay", "jira"): (9000.0, "")})
    assert holding(put_off) == ()
    [found] = holding(replace(WELL, mirror={("pay", "jira"): (9001.0, "")}))
    assert found.name == "mirror_stale"


@pytest.mark.parametrize(("error", "told"), [("refused", "1.0"), ("", "0.0")])
def test_a_scrape_tells_of_each_source_whether_its_last_reading_failed(error: str, told: str) -> None:
    metrics = Metrics()
    expose(replace(WELL, mirror={("pay", "jira"): (300.0, error)}), metrics, "1")
    [line] = [each for each in metrics.render().decode().splitlines() if each.startswith("pm_mirror_failing{")]
    assert 'team="pay"' in line and 'source="jira"' in line and line.endswith(f" {told}")


def test_the_rule_of_a_stale_mirror_has_the_edges_of_its_condition() -> None:
    [rule] = [each["expr"] for each in RULES if each["labels"]["condition"] == "mirror_stale"]
    failed, whatever = rule.split(" or ")
    assert "pm_mirror_failing == 1" in failed and failed.strip().endswith(f"> {STALE:.0f}")
    assert "pm_mirror_failing" not in whatever and whatever.strip().endswith(f"> {UNREAD:.0f}")
