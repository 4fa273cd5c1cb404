"""The search for accounts: who is asked what, how often, and what no answer can make it guess."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from bot.people import Search
from integrations.jira.nouns import JiraUser
from integrations.slack.reading.members import SlackMember
from models.directives import Member
from models.errors import NotDone, Refused
from models.ids import AccountId, PersonId, SlackUserId
from models.people import Identity, Service, Standing

pytestmark = pytest.mark.anyio


def profile(user: str, email: str | None, **more: bool) -> SlackMember:
    return SlackMember(id=SlackUserId(user), name=user.lower(), tz=None, email=email, **more)


def user(account: str, email: str | None, *, active: bool = True, human: bool = True) -> JiraUser:
    return JiraUser(account=AccountId(account), name=f"Name of {account}", email=email, active=active, human=human)


@dataclass
class Directory:
    """Slack, Jira and Bitbucket at once; ``asked`` counts the calls."""

    profiles: Mapping[str, SlackMember] = field(default_factory=dict)
    jira: Mapping[str, Sequence[JiraUser]] = field(default_factory=dict)
    bitbucket: Mapping[str, str] = field(default_factory=dict)
    accounts: Mapping[str, JiraUser] = field(default_factory=dict)
    asked: list[tuple[str, object]] = field(default_factory=list)
    fails: Mapping[str, Exception] = field(default_factory=dict)

    def _note(self, what: str, about: object) -> None:
        self.asked.append((what, about))
        if what in self.fails:
            raise self.fails[what]

    async def user_by_email(self, email: str) -> SlackMember | None:
        self._note("slack email", email)
        return next((p for p in self.profiles.values() if p.email == email), None)

    async def users_with_email(self, email: str) -> Sequence[JiraUser]:
        self._note("jira", email)
        return self.jira.get(email, ())

    async def user(self, account: str) -> JiraUser | None:
        self._note("jira user", account)
        return self.accounts.get(account)

    def search(self) -> Search:
        return Search(slack=_InSlack(self), jira=self, bitbucket=_InBitbucket(self))


@dataclass
class _InSlack:
    all: Directory

    async def members(self, users: Collection[str]) -> Mapping[str, SlackMember]:
        self.all._note("slack", tuple(users))
        return {u: p for u, p in self.all.profiles.items() if u in users}

    async def user_by_email(self, email: str) -> SlackMember | None:
        return await self.all.user_by_email(email)


@dataclass
class _InBitbucket:
    all: Directory

    async def members(self, emails: Sequence[str]) -> Mapping[str, AccountId]:
        self.all._note("bitbucket", tuple(emails))
        return {email: AccountId(a) for email, a in self.all.bitbucket.items() if email in emails}


def member(name: str = "ann", **given: str | None) -> Member:
    return Member.model_validate({"id": name, "name": "Same Name", "zone": "UTC"} | given)


ANN = member(slack="U1")
NO = Refused("no permission", code="403")


async def found(directory: Directory, *members: Member, before: Sequence[Identity] = ()) -> list[tuple[str, str, str]]:
    identities = await directory.search().find(members or (ANN,), before)
    return [(i.person, i.account, i.standing.value) for i in identities]


async def why(directory: Directory, *members: Member) -> str:
    (identity,) = await directory.search().find(members or (ANN,))
    assert identity.standing is Standing.UNKNOWN and identity.account == ""
    return identity.why


def known_by(email: str | None = "ann@acme.test", **more: bool) -> dict[str, SlackMember]:
    return {"U1": profile("U1", email, **more)}


async def test_the_address_of_the_slack_profile_finds_the_account() -> None:
    directory = Directory(known_by("Ann@Acme.test"), {"ann@acme.test": [user("a", "ANN@acme.test")]})
    assert await found(directory) == [("ann", "a", "certain")]


async def test_the_address_of_the_constitution_goes_before_slacks() -> None:
    directory = Directory(known_by(), {"a.nn@acme.test": [user("a", "a.nn@acme.test")]})
    assert await found(directory, member(slack="U1", email="A.Nn@acme.test")) == [("ann", "a", "certain")]


async def test_an_address_alone_is_enough_for_slack_and_jira() -> None:
    directory = Directory(known_by(), {"ann@acme.test": [user("a", "ann@acme.test")]})
    anywhere = await directory.search().find([member(email="ann@acme.test")])
    assert [(i.service, i.account, i.standing) for i in anywhere] == [
        (Service.SLACK, "U1", Standing.CERTAIN),
        (Service.JIRA, "a", Standing.CERTAIN),
    ]


async def test_a_hidden_address_is_certain_only_when_bitbucket_agrees() -> None:
    hidden = {"ann@acme.test": [user("a", None)]}
    assert await found(Directory(known_by(), hidden)) == [("ann", "a", "uncertain")]
    assert await found(Directory(known_by(), hidden, {"ann@acme.test": "a"})) == [("ann", "a", "certain")]
    assert await found(Directory(known_by(), hidden, {"ann@acme.test": "b"})) == [("ann", "a", "uncertain")]


async def test_two_accounts_with_the_same_address_are_left_to_an_admin() -> None:
    both = [user("a", "ann@acme.test"), user("b", "ann@acme.test")]
    assert "2 active accounts" in await why(Directory(known_by(), {"ann@acme.test": both}))


async def test_departed_people_and_accounts_are_never_used() -> None:
    left = {"ann@acme.test": [user("a", "ann@acme.test", active=False)]}
    assert "deactivated" in await why(Directory(known_by(), left, {"ann@acme.test": "a"}))
    directory = Directory(known_by(deleted=True), {"ann@acme.test": [user("a", "ann@acme.test")]})
    assert "Slack account is deactivated" in await why(directory)
    assert [what for what, _ in directory.asked] == ["slack"]


async def test_whom_only_bitbucket_knows_may_have_left_jira() -> None:
    in_bitbucket = {"ann@acme.test": "b"}
    left = {"b": user("b", None, active=False)}
    assert "deactivated" in await why(Directory(known_by(), {}, in_bitbucket, left))
    assert await found(Directory(known_by(), {}, in_bitbucket, {"b": user("b", None)})) == [("ann", "b", "uncertain")]
    assert await found(Directory(known_by(), {}, in_bitbucket)) == [("ann", "b", "uncertain")]
    shown = {"b": user("b", "ann@acme.test")}
    assert await found(Directory(known_by(), {}, in_bitbucket, shown)) == [("ann", "b", "certain")]


async def test_an_app_is_nobody() -> None:
    assert "no account" in await why(
        Directory(known_by(), {"ann@acme.test": [user("a", "ann@acme.test", human=False)]})
    )
    assert "no e-mail address" in await why(Directory(known_by(bot=True)))


async def test_a_name_finds_nobody() -> None:
    """Same name everywhere, no address anywhere."""
    directory = Directory(known_by(None), {"": [user("a", None)]})
    assert "no e-mail address" in await why(directory)
    assert all(what != "jira" for what, _ in directory.asked)


async def test_one_account_found_for_two_people_is_nobodys() -> None:
    directory = Directory(jira={e: [user("a", e)] for e in ("ann@acme.test", "bob@acme.test")})
    people = [member("ann", slack="U1", email="ann@acme.test"), member("bob", slack="U2", email="bob@acme.test")]
    assert [standing for _, _, standing in await found(directory, *people)] == ["unknown", "unknown"]


async def test_somebody_elses_account_is_not_found_again() -> None:
    directory = Directory(known_by(), {"ann@acme.test": [user("a", "ann@acme.test")]})
    taken = {(Service.JIRA, "a"): PersonId("bob")}
    (identity,) = await directory.search().find([ANN], (), taken)
    assert identity.standing is Standing.UNKNOWN and "bob's" in identity.why


async def test_what_the_person_refused_is_not_found_again() -> None:
    directory = Directory(known_by(), {"ann@acme.test": [user("a", None)]})
    no = Identity(person=ANN.id, service=Service.JIRA, account="a", standing=Standing.REFUSED, why="")
    assert await found(directory, before=[no]) == [("ann", "", "unknown")]


async def test_a_hundred_people_cost_one_slack_read_one_bitbucket_read_and_a_jira_search_each() -> None:
    people = [member(f"p{n}", slack=f"U{n}") for n in range(100)]
    directory = Directory({f"U{n}": profile(f"U{n}", f"p{n}@acme.test") for n in range(100)})
    await directory.search().find(people)
    calls = [what for what, _ in directory.asked]
    assert (calls.count("slack"), calls.count("bitbucket"), calls.count("jira"), len(calls)) == (1, 1, 100, 102)


async def test_nobody_to_look_up_costs_nothing() -> None:
    directory = Directory()
    assert await directory.search().find([]) == [] and directory.asked == []


async def test_a_directory_that_cannot_be_read_now_is_tried_again_later() -> None:
    for down in ("slack", "jira", "bitbucket"):
        directory = Directory(known_by(), {"ann@acme.test": [user("a", None)]}, fails={down: NotDone("busy")})
        with pytest.raises(NotDone):
            await directory.search().find([ANN])


async def test_nobody_can_be_found_in_a_directory_that_refuses() -> None:
    shown = {"ann@acme.test": [user("a", "ann@acme.test")]}
    assert await found(Directory(known_by(), shown, fails={"bitbucket": NO})) == [("ann", "a", "certain")]
    assert "no permission" in await why(Directory(known_by(), shown, fails={"jira": NO}))
    identities = (
        await Directory(known_by(), shown, fails={"slack email": NO})
        .search()
        .find([member(email="ann@acme.test", jira="j")])
    )
    assert [(i.service, i.standing) for i in identities] == [(Service.SLACK, Standing.UNKNOWN)]


async def test_a_system_that_is_off_is_not_asked() -> None:
    assert await Search(slack=None, jira=None, bitbucket=None).find([member(slack="U1", email="ann@acme.test")]) == [
        Identity(
            person=ANN.id,
            service=Service.JIRA,
            account="",
            standing=Standing.UNKNOWN,
            why="no account is found for the e-mail address",
        )
    ]


@pytest.mark.parametrize("account", ["a b", "a\n", "", "x" * 300])
async def test_what_is_no_account_id_is_not_kept(account: str) -> None:
    odd = {"ann@acme.test": [user(account, "ann@acme.test")]}
    assert await found(Directory(known_by(), odd)) == [("ann", "", "unknown")]
