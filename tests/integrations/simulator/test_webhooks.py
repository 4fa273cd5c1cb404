"""Every change in the company reaches the product as a signed webhook, again and again until it is taken."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from integrations.bitbucket import webhook as of_bitbucket
from integrations.jira import webhook as of_jira
from integrations.simulator import happenings
from integrations.simulator.server import Simulator
from tests.integrations.simulator.conftest import Product, Received

pytestmark = pytest.mark.anyio


async def settled(simulator: Simulator) -> None:
    assert simulator.webhooks
    await simulator.webhooks.idle()


def signed(received: Received, secret: str) -> bool:
    digest = hmac.new(secret.encode(), received.body, hashlib.sha256).hexdigest()
    return received.headers["X-Hub-Signature"] == f"sha256={digest}"


async def test_a_blocked_ticket_is_told_with_its_history_row(simulator: Simulator, product: Product) -> None:
    happenings.block_a_ticket(simulator.company)
    await settled(simulator)
    secret = simulator.secrets.jira_webhook_secret
    told = product.at("/webhooks/jira")
    assert {each.json["webhookEvent"] for each in told} == {"jira:issue_updated", "comment_created"}
    assert all(signed(each, secret) for each in told)
    (change,) = [each for each in told if each.json["webhookEvent"] == "jira:issue_updated"]
    delivery = of_jira.receive(change.headers, change.body, secret, simulator.clock.real())
    event = of_jira.parse(delivery)
    assert delivery.id == change.headers["X-Atlassian-Webhook-Identifier"]
    assert event.issue == change.json["issue"]["key"]
    assert event.actor == simulator.company.issues[event.issue].assignee
    assert "customfield_10021" in event.changed
    assert event.at
    assert abs((event.at - simulator.clock.now()).total_seconds()) < 5


async def test_a_comments_event_carries_text_and_a_trimmed_issue(simulator: Simulator, product: Product) -> None:
    happenings.comment_on_a_ticket(simulator.company)
    await settled(simulator)
    (told,) = product.at("/webhooks/jira")
    assert isinstance(told.json["comment"]["body"], str)
    assert len(told.json["issue"]["fields"]) == 6


async def test_pull_request_events_are_named_in_the_header_only(simulator: Simulator, product: Product) -> None:
    happenings.merge_a_pull_request(simulator.company)
    await settled(simulator)
    (told,) = product.at("/webhooks/bitbucket")
    secret = simulator.secrets.bitbucket_webhook_secret
    assert told.headers["X-Event-Key"] == "pullrequest:fulfilled"
    assert told.headers["X-Attempt-Number"] == "1"
    assert signed(told, secret)
    delivery = of_bitbucket.receive(told.headers, told.body, secret, simulator.clock.real())
    event = of_bitbucket.parse(delivery, tuple(simulator.company.projects))
    pull = next(p for p in simulator.company.pull_requests.values() if p.state == "MERGED")
    assert event.name == "pullrequest:fulfilled"
    assert event.pull_request == f"{pull.repository}#{pull.number}"
    assert event.mentioned


async def test_a_refused_delivery_comes_again_with_the_same_name(simulator: Simulator, product: Product) -> None:
    product.statuses = [503, 429]
    happenings.finish_a_ticket(simulator.company)
    await settled(simulator)
    tries = product.at("/webhooks/jira")
    assert len({each.headers["X-Atlassian-Webhook-Identifier"] for each in tries}) == 1
    assert [each.headers.get("X-Atlassian-Webhook-Retry") for each in tries] == [None, "1", "2"]
    assert len({each.body for each in tries}) == 1


async def test_what_is_refused_for_good_is_not_sent_again(simulator: Simulator, product: Product) -> None:
    product.statuses = [401]
    happenings.finish_a_ticket(simulator.company)
    await settled(simulator)
    assert len(product.at("/webhooks/jira")) == 1


async def test_it_gives_up_when_the_product_stays_away(simulator: Simulator, product: Product) -> None:
    product.statuses = [503] * 20
    happenings.finish_a_ticket(simulator.company)
    await settled(simulator)
    assert len(product.at("/webhooks/jira")) == 4


async def test_bitbucket_counts_its_tries(simulator: Simulator, product: Product) -> None:
    product.statuses = [500]
    happenings.approve_a_pull_request(simulator.company)
    await settled(simulator)
    tries = product.at("/webhooks/bitbucket")
    assert [each.headers["X-Attempt-Number"] for each in tries] == ["1", "2"]
    assert len({each.headers["X-Request-UUID"] for each in tries}) == 1


async def test_the_apps_own_change_is_told_too(simulator: Simulator, product: Product) -> None:
    issue = next(i for i in simulator.company.active() if i.assignee)
    simulator.company.edit(issue.key, simulator.jira.me, assignee=None)
    await settled(simulator)
    (told,) = product.at("/webhooks/jira")
    assert told.json["user"]["accountId"] == simulator.jira.me
    assert told.json["issue_event_type_name"] == "issue_assigned"
    assert told.json["changelog"]["items"][0]["to"] is None


async def test_a_start_is_told_twice_and_a_comment_too_where_a_site_does_so(
    simulator: Simulator, product: Product
) -> None:
    from dataclasses import replace

    assert simulator.webhooks
    simulator.webhooks.doubles_comments = True
    future = next(s for s in simulator.company.sprints.values() if s.state == "future")
    simulator.company.set_sprint(replace(future, state="active"), "sprint_started", simulator.jira.me)
    happenings.comment_on_a_ticket(simulator.company)
    await settled(simulator)
    told = {each.json["webhookEvent"]: each.json for each in product.at("/webhooks/jira")}
    assert set(told) == {"sprint_started", "sprint_updated", "comment_created", "jira:issue_updated"}
    assert told["sprint_updated"]["oldValue"]["state"] == "future"
    assert told["jira:issue_updated"]["issue_event_type_name"] == "issue_commented"
    assert told["jira:issue_updated"]["changelog"]["items"] == []


async def test_a_moved_ticket_is_told_with_both_its_keys(simulator: Simulator, product: Product) -> None:
    company = simulator.company
    company.projects.setdefault("OPS", "10999")
    company.members.setdefault("OPS", company.members["PAY"])
    old = company.active()[0]
    new = company.move(old.key, old.reporter, "OPS")
    await settled(simulator)
    [told] = product.at("/webhooks/jira")
    delivery = of_jira.receive(told.headers, told.body, simulator.secrets.jira_webhook_secret, simulator.clock.real())
    event = of_jira.parse(delivery)
    assert (event.issue, event.mentioned, event.issue_id) == (new.key, {old.key}, str(old.id))
    assert "key" in event.changed
    assert company.issue(old.key) == new, "Jira finds a moved issue under its old key"


async def test_a_sprint_that_is_closed_is_told_with_what_it_was(simulator: Simulator, product: Product) -> None:
    from dataclasses import replace

    running = next(s for s in simulator.company.sprints.values() if s.state == "active")
    closed = replace(running, state="closed", completed=simulator.clock.now())
    simulator.company.set_sprint(closed, "sprint_closed", simulator.jira.me)
    await settled(simulator)
    (told,) = product.at("/webhooks/jira")
    assert (told.json["sprint"]["state"], told.json["oldValue"]["state"]) == ("closed", "active")
    delivery = of_jira.receive(told.headers, told.body, simulator.secrets.jira_webhook_secret, simulator.clock.real())
    assert of_jira.parse(delivery).sprints == {running.id}
