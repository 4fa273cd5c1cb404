"""A trial delivery is answered and forgotten; nobody without the secret can make one."""

from __future__ import annotations

import pytest

from bot.doors import trial
from tests.bot.conftest import Knock
from tests.bot.knocking import SECRETS, Kept

DOORS = pytest.mark.parametrize("source", ["jira", "bitbucket"])


@DOORS
def test_a_trial_repeats_its_word_and_stores_nothing(knock: Knock, source: str) -> None:
    inbox = Kept()
    headers, body, word = trial.make(SECRETS[source])
    answer = knock(inbox).client.post(f"/webhooks/{source}", content=body, headers=headers)
    assert answer.status_code == 202 and answer.json() == {"status": "trial", "trial": word}
    assert not inbox.deliveries


@DOORS
def test_a_trial_with_another_secret_is_refused(knock: Knock, source: str) -> None:
    headers, body, _ = trial.make("another")
    assert knock(Kept()).client.post(f"/webhooks/{source}", content=body, headers=headers).status_code == 401


def test_a_door_without_a_secret_has_no_trials(knock: Knock) -> None:
    headers, body, _ = trial.make("")
    answer = knock(Kept(), JIRA_WEBHOOK_SECRET="").client.post("/webhooks/jira", content=body, headers=headers)
    assert answer.status_code == 503 and "JIRA_WEBHOOK_SECRET" in answer.text


def test_a_vendors_delivery_is_never_taken_for_a_trial(knock: Knock) -> None:
    inbox = Kept()
    knock(inbox).jira(b'{"webhookEvent": "jira:issue_updated"}', **{"X-PM-Agent-Trial": "word"})
    assert len(inbox.deliveries) == 1


def test_a_trial_without_its_header_makes_nobody_look(knock: Knock) -> None:
    inbox = Kept()
    headers, body, _ = trial.make(SECRETS["jira"])
    headers.pop("X-PM-Agent-Trial")
    assert knock(inbox).client.post("/webhooks/jira", content=body, headers=headers).status_code == 202
    assert inbox.jobs == []


def test_several_secrets_are_good_while_one_is_replaced(knock: Knock) -> None:
    headers, body, word = trial.make("old")
    answer = knock(Kept(), JIRA_WEBHOOK_SECRET="new,old").client.post("/webhooks/jira", content=body, headers=headers)
    assert answer.json() == {"status": "trial", "trial": word}
