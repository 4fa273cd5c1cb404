"""Whose account is it? Only an e-mail address can show that, and only the person can settle a doubt; names never do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from models.directives import Allow, Ask, Directives, Member, Never, Team
from models.ids import AccountId, PersonId, SlackUserId
from models.once import once
from models.people import ATLASSIAN, HELD, SAID, Identity, Seen, Service, Standing
from models.work import Facts, Progress

ASK = "ask_identity"
"""The constitution's word for asking somebody."""

_AGREE = "Jira and Bitbucket both find it by e-mail address"
_SHOWS = "it is the only active account that shows the e-mail address"
_AS_BEFORE = "it was certain before, and is still the only one found by e-mail address"
_HIDES = "Jira finds it by e-mail address, but hides the account's own"
_BITBUCKET_ONLY = "only Bitbucket finds it by e-mail address"
_DISAGREE = "by e-mail address Jira and Bitbucket find different accounts"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an e-mail address says about somebody's Atlassian account."""

    standing: Standing
    why: str
    account: AccountId | None = None
    name: str = ""


# --- from what two directories show to one verdict ----------------------------------------------------------


def settle(
    email: str,
    seen: Sequence[Seen],
    elsewhere: AccountId | None = None,
    *,
    refused: Collection[str] = (),
    before: str | None = None,
) -> Verdict:
    """Weigh what Jira's search for ``email`` found, and ``elsewhere``, Bitbucket's member of that address.

    ``refused`` are accounts the person has said no to; ``before`` is the one held to be certain until now.
    """
    shown = [s for s in seen if s.human and s.active and same_address(s.email, email)]
    if len(shown) > 1:
        return Verdict(Standing.UNKNOWN, f"{len(shown)} active accounts show the e-mail address")
    departed = any(s.human and not s.active and same_address(s.email, email) for s in seen)
    hidden = [s for s in seen if s.human and s.email is None and not departed]
    jira = shown[0] if shown else hidden[0] if len(hidden) == 1 and hidden[0].active else None
    elsewhere = None if any(s.account == elsewhere and not (s.human and s.active) for s in seen) else elsewhere
    if jira is not None and elsewhere in (None, jira.account):
        return _one(jira, bool(shown), elsewhere, refused, before)
    return _several(jira, elsewhere, refused) or Verdict(Standing.UNKNOWN, _nobody(seen, hidden, email))


def _one(jira: Seen, shown: bool, elsewhere: AccountId | None, refused: Collection[str], before: str | None) -> Verdict:
    """Jira found one account, and Bitbucket says nothing else."""
    if jira.account in refused:
        return Verdict(Standing.UNKNOWN, "the person said that the account found is not theirs")
    if elsewhere is not None:
        return Verdict(Standing.CERTAIN, _AGREE, jira.account, jira.name)
    if shown or jira.account == before:
        return Verdict(Standing.CERTAIN, _SHOWS if shown else _AS_BEFORE, jira.account, jira.name)
    return Verdict(Standing.UNCERTAIN, _HIDES, jira.account, jira.name)


def _several(jira: Seen | None, elsewhere: AccountId | None, refused: Collection[str]) -> Verdict | None:
    """Only Bitbucket knows somebody, or somebody else: one account at a time can be asked about."""
    if jira is not None and jira.account not in refused:
        return Verdict(Standing.UNCERTAIN, _DISAGREE, jira.account, jira.name)
    if elsewhere is not None and elsewhere not in refused:
        return Verdict(Standing.UNCERTAIN, _BITBUCKET_ONLY if jira is None else _DISAGREE, elsewhere)
    return None


def _nobody(seen: Sequence[Seen], hidden: Sequence[Seen], email: str) -> str:
    if len(hidden) > 1:
        return f"{len(hidden)} accounts may have the e-mail address, and Jira hides whose it is"
    if any(s.human and not s.active and (s.email is None or same_address(s.email, email)) for s in seen):
        return "the account found for the e-mail address is deactivated"
    return "no account is found for the e-mail address"


def same_address(one: str | None, two: str) -> bool:
    """Whether two e-mail addresses are the same; letters' case does not matter."""
    return one is not None and one.strip().casefold() == two.strip().casefold()


def without_conflicts(found: Sequence[Identity], taken: Mapping[tuple[Service, str], PersonId]) -> list[Identity]:
    """Nobody gets an account that is another's already, or that was found for two: an admin must say."""
    claims = Counter((each.service, each.account) for each in found if each.account)
    return [_unless_taken(each, claims, taken) for each in found]


def _unless_taken(
    each: Identity, claims: Counter[tuple[Service, str]], taken: Mapping[tuple[Service, str], PersonId]
) -> Identity:
    key = (each.service, each.account)
    owner = taken.get(key)
    why = ""
    if owner is not None and owner != each.person:
        why = f"the account found for the e-mail address is {owner}'s"
    elif claims[key] > 1:
        why = f"one account was found for {claims[key]} people"
    return replace(each, standing=Standing.UNKNOWN, account="", name="", why=why) if why else each


# --- the constitution, with what was found out --------------------------------------------------------------


def joined(directives: Directives, identities: Sequence[Identity]) -> Directives:
    """The same constitution with every account that is held filled in. What the file says always wins."""
    given = owners(directives)
    held: dict[PersonId, list[Identity]] = {}
    for each in identities:
        if each.standing in HELD and given.get((each.service, each.account), each.person) == each.person:
            held.setdefault(each.person, []).append(each)
    if not held:
        return directives
    return directives.model_copy(update={"teams": tuple(_with_accounts(team, held) for team in directives.teams)})


def _with_accounts(team: Team, held: Mapping[PersonId, Sequence[Identity]]) -> Team:
    return team.model_copy(update={"members": tuple(_filled_in(m, held.get(m.id, ())) for m in team.members)})


def _filled_in(member: Member, held: Sequence[Identity]) -> Member:
    """Only an admin can give a second Atlassian account to somebody who has one."""
    missing = {
        each.service.value: _typed(each.service, each.account)
        for each in held
        if getattr(member, each.service.value) is None
        and (each.service is Service.SLACK or member.account is None or each.standing is Standing.SET)
    }
    return member.model_copy(update=missing) if missing else member


def _typed(service: Service, account: str) -> SlackUserId | AccountId:
    return SlackUserId(account) if service is Service.SLACK else AccountId(account)


@once
def owners(directives: Directives) -> Mapping[tuple[Service, str], PersonId]:
    """Whose each account is by the constitution; an Atlassian account counts in Jira and in Bitbucket."""
    found: dict[tuple[Service, str], PersonId] = {}
    for member in (member for team in directives.teams for member in team.members):
        if member.slack is not None:
            found[Service.SLACK, member.slack] = member.id
        for account in (member.jira, member.bitbucket):
            found.update({(service, account): member.id for service in ATLASSIAN if account is not None})
    return found


def said(directives: Directives, identities: Iterable[Identity]) -> Directives:
    """As ``joined``, but only with what somebody has answered for: what was found may be found anew."""
    return joined(directives, [each for each in identities if each.standing in SAID])


def unresolved(team: Team) -> tuple[Member, ...]:
    """The members whose accounts are not both known."""
    return tuple(member for member in team.members if member.slack is None or member.account is None)


def asking_line(directives: Directives) -> str | None:
    """The line that lets us ask people about an account; without one nobody is asked."""
    for line in directives.lines():
        match line.rule:
            case Never(never=words, unless_approved_by=None) if ASK in words:
                return None
            case Allow(allow=word, when=None) | Ask(ask=word) if word == ASK:
                return line.id
            case Never(never=words) if ASK in words:
                return line.id
    return None


# --- accounts that are nobody's -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stranger:
    """An Atlassian account that holds work and belongs to nobody in the constitution. No guess is made."""

    account: AccountId
    issues: int
    """Open ones it is the assignee of."""
    pull_requests: int
    """Open ones it has written or was asked to review."""


def strangers(facts: Facts, directives: Directives) -> tuple[Stranger, ...]:
    """The unknown accounts of a team's work, those with the most first."""
    known = {account for service, account in owners(directives) if service is not Service.SLACK}
    issues = Counter(i.assignee for i in facts.issues if i.progress is not Progress.DONE and i.assignee is not None)
    pulls: Counter[AccountId] = Counter()
    for pull in facts.pull_requests:
        if pull.state == "OPEN":
            pulls.update({a for a in (pull.author, *(r.reviewer for r in pull.reviews)) if a is not None})
    found = (Stranger(a, issues[a], pulls[a]) for a in {*issues, *pulls} if a not in known)
    return tuple(sorted(found, key=lambda s: (-(s.issues + s.pull_requests), s.account)))
