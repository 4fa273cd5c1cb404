"""Sentences that begin a story: what is so before the product has seen anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.stories.scene import Plan, moment, plant
from tests.stories.sentences import given


@given("it is {when:moment}")
def it_is(plan: Plan, when: str) -> None:
    plan.at = moment(when)


@given('the constitution says "{new:words}" where it said "{old:words}"')
def amended(plan: Plan, new: str, old: str) -> None:
    plan.amend(new, old)


@given("the company of the demo")
def demo(plan: Plan) -> None:
    plan.quiet = False


@given('{person} works on "{ticket}"')
def works_on(plan: Plan, person: str, ticket: str) -> None:
    def act(simulator: Any, tickets: dict[str, str]) -> None:
        plant(simulator, tickets, ticket, account_of(simulator, person))

    plan.acts.append(act)


@given('{person} works on "{ticket}" outside the sprint')
def works_outside(plan: Plan, person: str, ticket: str) -> None:
    def act(simulator: Any, tickets: dict[str, str]) -> None:
        plant(simulator, tickets, ticket, account_of(simulator, person))
        issues, key = simulator.company.issues, tickets[ticket]
        issues[key] = replace(issues[key], sprints=())

    plan.acts.append(act)


@given('"{ticket}" waits for "{other:ticket}"')
def waits_for(plan: Plan, ticket: str, other: str) -> None:
    plan.acts.append(lambda simulator, tickets: remake(simulator, tickets[ticket], blocked_by=(tickets[other],)))


@given('production is down because of "{ticket}"')
def production_down(plan: Plan, ticket: str) -> None:
    marks: dict[str, Any] = {"priority": "Highest", "labels": ("production-down",)}
    plan.acts.append(lambda simulator, tickets: remake(simulator, tickets[ticket], **marks))


@given('"{ticket}" is due today')
def due_today(plan: Plan, ticket: str) -> None:
    plan.acts.append(lambda simulator, tickets: remake(simulator, tickets[ticket], due=plan.at.date()))


@given('"{ticket}" is far larger than all the rest')
def large(plan: Plan, ticket: str) -> None:
    plan.acts.append(lambda simulator, tickets: remake(simulator, tickets[ticket], points=100))


@given('{person} has the Slack status "{words}"')
def has_status(plan: Plan, person: str, words: str) -> None:
    plan.acts.append(lambda simulator, _: change_user(simulator, person, status=words))


@given("{person} does not want to be disturbed")
def snoozes(plan: Plan, person: str) -> None:
    def act(simulator: Any, _: dict[str, str]) -> None:
        now = int(simulator.clock.real().timestamp())
        change_user(simulator, person, quiet=(now - 3_600, now + 30 * 86_400))

    plan.acts.append(act)


def account_of(simulator: Any, name: str) -> str:
    """Somebody's Atlassian account, by first name."""
    return next(str(m.jira) for m in simulator.directives.teams[0].members if m.name.split()[0] == name)


def change_user(simulator: Any, name: str, **fields: Any) -> None:
    """Somebody changes what Slack shows of them."""
    users = simulator.workspace.users
    user = next(u for u in users.values() if u.name.split()[0] == name)
    users[user.id] = replace(user, **fields)


def remake(simulator: Any, key: str, **fields: Any) -> None:
    """A ticket is otherwise than it was planted."""
    issues = simulator.company.issues
    issues[key] = replace(issues[key], **fields)
