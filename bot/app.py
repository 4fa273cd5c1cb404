"""The composition root: one place where settings become parts and parts are joined."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

from bot.bells import Bells, bells_of
from bot.constitution import Constitution, live_by, tell_admins
from bot.delegating import Office, Voice
from bot.dying import at_commit_points
from bot.finding import Finding
from bot.hands import hands_of, in_jira, off_of, task_hand
from bot.listeners.changes import Changes
from bot.metrics import Metrics
from bot.notify import SlackHand
from bot.people import Roster, Search
from bot.settings import Settings
from bot.sync import Sync
from bot.thinking import GatedModel, KeptPlans
from bot.webhooks import DEBOUNCE
from integrations.bitbucket import Bitbucket
from integrations.bitbucket import webhook as bitbucket_webhook
from integrations.claude import Claude
from integrations.claude_code import ClaudeCode
from integrations.jira import Jira
from integrations.jira import webhook as jira_webhook
from integrations.mcp import Hub, Place, hub_of
from integrations.mcp import config as mcp_config
from integrations.mcp.concerns import refused_in_production
from integrations.mcp.pins import Pins, lock_file
from integrations.redis import Line, Pace
from integrations.slack import Slack
from models.clock import Clock, SharedClock, SystemClock
from models.database import Database
from models.directives import Directives
from models.directives_file import understand
from models.documents import Documents
from models.errors import OperatorError, Refused, VendorError
from models.events import Delivery, Event, Source
from models.foresight import Foresight
from models.ids import AccountId, TeamId, named
from models.ledger import Ledger
from models.lessons import Act
from models.mailbox import Job, Mailbox, look_at
from models.money import Money
from models.operations import Operations
from models.purse import Purse
from models.store import Store
from models.wording import meanings
from models.written import look_up
from planner.notices import money_notice
from planner.ports import Desk, Hand
from planner.reasoning import RulesMind, ThinkingMind

log = logging.getLogger(__name__)

MAX_BACKOFF = 300.0
"""Seconds: the longest wait between two tries of a job."""

LONGEST_ASKED = 900.0
"""Seconds: the longest wait a vendor may ask for; a header can say anything."""

GLANCE = 60.0
"""Seconds after which what waits for a moment of company time looks at the clock again, where a file tells the time."""

LONGEST_NAP = 600.0
"""The same with the real clock: nothing but a changed constitution or an absence can bring the moment nearer."""

OBEYED = 20
"""Tries for which a short wait is believed; whoever then still says *now* is asked less and less often."""


@dataclass(kw_only=True)
class App:
    """Everything that was built, by name."""

    settings: Settings
    clock: Clock
    roster: Roster
    constitution: Constitution
    """Watches the file; ``roster`` holds what is in force."""
    search: Search
    database: Database
    mailbox: Mailbox
    store: Store
    ledger: Ledger
    purse: Purse
    documents: Documents
    """The reports of delegated tasks."""
    foresight: Foresight
    """How earlier sprints went, and what was foretold."""
    operations: Operations
    """Who is at work, what all have counted, what has to be put right."""
    slack: Slack | None
    jira: Jira | None
    bitbucket: Bitbucket | None
    claude: Claude | None
    model: GatedModel | None
    """Claude behind the purse: what everything else asks; ``None`` without a key."""
    worker: ClaudeCode | None
    """What works on delegated tasks; ``None`` where there is no such program, or no key."""
    notify: SlackHand
    sync: Sync
    metrics: Metrics
    bells: Bells
    """Who wakes this process, and whom it wakes."""
    finding: Finding
    hands: Mapping[str, Hand]
    me: AccountId | None = None
    """Our own Atlassian account, once Jira has told: what it did is an echo."""
    debounce: float = DEBOUNCE
    """Seconds of quiet after which a burst of events is looked at."""

    @property
    def directives(self) -> Directives:
        """The constitution, with the accounts of people that were found out."""
        return self.roster.directives

    def desk(self, job: Job) -> Desk:
        """The desk at which ``job`` is worked, its ledger fenced by the job's lease."""
        return Desk(
            clock=self.clock,
            directives=self.directives,
            work=self.store,
            mind=ThinkingMind(self.model, KeptPlans(self.store)) if self.model else RulesMind(),
            ledger=self.ledger.under(job),
            hands=self.hands,
            switch=self.store,
            hindsight=self.foresight,
            meanings=meanings,
            off=off_of(self.hands),
        )

    def read(self, delivery: Delivery) -> Event | None:
        """What a delivery says; ``None``, logged, when it is not for cycles or cannot be read."""
        parse = _PARSERS.get(delivery.source)
        if parse is None:
            return None
        try:
            return parse(delivery)
        except Exception:
            log.exception("delivery %s cannot be read", delivery.id, extra={"action": "unreadable"})
            return None

    def witnessed(self, team: TeamId) -> Sequence[Act]:
        """What people of ``team`` did that no delivery tells, each once: only where days gone by are lived through."""
        return ()

    def worker_backoff(self, job: Job, asked: float | None) -> float:
        """Seconds until the next try: what the vendor asked for within reason, else doubling from one second.

        Never less than a second: *0* or *1* sixty times over must not use up all tries in a minute.
        """
        if asked is None:
            return _doubled(job.attempts)
        return max(asked, _doubled(job.attempts - OBEYED)) if 0 <= asked <= LONGEST_ASKED else LONGEST_ASKED

    def real_seconds_until(self, company: datetime) -> float:
        """Real seconds to wait for a moment of company time: until then at the pace it runs now, within a bound.

        Company time that a file tells may jump or run faster at any moment, so it is looked at again soon.
        """
        pace = self.clock.pace().speed if isinstance(self.clock, SharedClock) else 1.0
        left = (company - self.clock.now()).total_seconds() / max(pace, 0.001)
        return min(max(left, 1.0), GLANCE if isinstance(self.clock, SharedClock) else LONGEST_NAP)


def _doubled(times: int) -> float:
    """One second doubled ``times`` times, at most ``MAX_BACKOFF``."""
    return min(MAX_BACKOFF, 2.0 ** min(max(times, 0), 9))


_PARSERS: Mapping[Source, Callable[[Delivery], Event]] = {
    Source.JIRA: jira_webhook.parse,
    Source.BITBUCKET: bitbucket_webhook.parse,
}


def build(
    settings: Settings, clock: Clock | None = None, database: Database | None = None, store_of: type[Store] = Store
) -> App:
    """Join the parts, open nothing; raises ``OperatorError`` when the constitution cannot be read.

    ``clock`` and ``database`` where they are not the settings' to say, ``store_of`` another mirror."""
    clock = clock or (SharedClock(Path(settings.clock_file)) if settings.clock_file else SystemClock())
    directives = understand(written := look_up(Path(settings.directives_file)))
    database = database or Database(settings.database_url, clock, at_commit=_at_commit(settings))
    mailbox, store, ledger = Mailbox(database, clock), store_of(database, clock), Ledger(database, clock)
    purse, documents, metrics, roster = Purse(database), Documents(database), Metrics(), Roster(directives, store)
    bells = bells_of(database, settings.redis_url, clock, metrics)
    slack, claude = _slack(settings, clock, mailbox, bells.line), _claude(settings, clock)
    jira, bitbucket = _jira(settings, directives), _bitbucket(settings, directives)
    notify = SlackHand(slack, ledger, lambda: roster.directives, clock, work=store)
    read = partial(Sync, store, clock, lambda: roster.constitution, inbox=mailbox, metrics=metrics)
    worker, delegated = _delegated(settings, store, purse, documents, slack, roster, clock)
    return App(
        settings=settings,
        clock=clock,
        roster=roster,
        constitution=Constitution(Path(settings.directives_file), roster, clock, loaded=written.content),
        search=Search(slack=slack, jira=jira, bitbucket=bitbucket),
        database=database,
        mailbox=mailbox,
        store=store,
        ledger=ledger,
        purse=purse,
        documents=documents,
        foresight=Foresight(database),
        operations=Operations(database, clock),
        slack=slack,
        jira=jira,
        bitbucket=bitbucket,
        claude=claude,
        model=_model(claude, purse, clock, roster, store, settings),
        worker=worker,
        notify=notify,
        sync=read(jira=jira, bitbucket=bitbucket, slack=slack, only_sprint=settings.only_sprint or None),
        metrics=metrics,
        bells=bells,
        finding=_finding(settings, roster, store, clock, metrics, jira, slack),
        hands=hands_of(settings.off_services(), in_jira(jira, roster), notify if slack else None, delegated),
    )


async def open_app(app: App) -> None:
    """Open what must be open before the first delivery: the tables are checked, the committer runs."""
    await app.database.check_version()
    await app.roster.refresh()
    app.mailbox.start()


async def learn_who_we_are(app: App) -> None:
    """Ask Jira for our own account, so that our own changes are known as such, until it tells or refuses."""
    while app.jira is not None and app.me is None:
        try:
            app.me = await app.jira.myself()
        except Refused as refused:
            log.error("Jira refuses to say who we are: %s", refused, extra={"action": "me_refused"})
            return
        except VendorError as failure:
            log.warning("Jira does not say who we are: %s", failure, extra={"action": "me_unknown"})
            await asyncio.sleep(MAX_BACKOFF)


async def load_first(app: App) -> None:
    """Plan the first full read and the first look of every team, and end what belongs to teams that are gone."""
    await live_by(app.constitution, app.store, app.ledger, app.operations)
    for team in app.directives.teams:
        await app.mailbox.put(look_at(team.id))


async def close_app(app: App) -> None:
    """Drain the committer and close every connection."""
    await app.finding.close()
    await app.mailbox.stop()
    for service in (app.slack, app.jira, app.bitbucket, app.claude):
        if service is not None:
            await service.close()
    await app.bells.close()
    await app.database.close()


def _slack(settings: Settings, clock: Clock, mailbox: Mailbox, line: Line | None) -> Slack | None:
    if not settings.slack_on:
        return None
    token = settings.slack_bot_token.get_secret_value()
    changed = Changes(mailbox, clock).since_last
    return Slack(
        token,
        settings.slack_api_url,
        clock,
        seconds=settings.call_seconds,
        changed=changed,
        redact=settings.redactor,
        links=settings.links,
        shared=Pace(line, named("slack", token)) if line else None,
    )


def _model(
    claude: Claude | None, purse: Purse, clock: Clock, roster: Roster, store: Store, settings: Settings
) -> GatedModel | None:
    if claude is None:
        return None
    spent = _spent(store, roster)
    return GatedModel(claude, purse, clock, lambda: roster.directives, spent=spent, redact=settings.redactor)


def _jira(settings: Settings, directives: Directives) -> Jira | None:
    if not settings.jira_on:
        return None
    return Jira(
        base_url=settings.jira_base_url,
        site_url=settings.jira_site_url,
        email=settings.atlassian_email,
        token=settings.atlassian_api_token.get_secret_value(),
        boards=[board for team in directives.teams for board in team.jira.boards],
        seconds=settings.call_seconds,
        redact=settings.redactor,
        links=settings.links,
    )


def _bitbucket(settings: Settings, directives: Directives) -> Bitbucket | None:
    if not settings.bitbucket_on:
        return None
    return Bitbucket(
        base_url=settings.bitbucket_base_url,
        workspace=settings.bitbucket_workspace,
        email=settings.bitbucket_email,
        token=settings.bitbucket_token.get_secret_value(),
        projects=[project for team in directives.teams for project in team.jira.projects],
        seconds=settings.call_seconds,
    )


def _claude(settings: Settings, clock: Clock) -> Claude | None:
    """The model, when there is a key for it; its library is loaded when it is first asked."""
    key = settings.anthropic_api_key.get_secret_value()
    return Claude(key, settings.anthropic_base_url, clock) if key else None


def _delegated(
    settings: Settings, store: Store, purse: Purse, kept: Documents, slack: Slack | None, roster: Roster, clock: Clock
) -> tuple[ClaudeCode | None, Hand]:
    """The program that works on tasks, on the same account as the model, and the Hand that has it work."""
    office = Office(
        work=store,
        purse=purse,
        documents=kept,
        voice=Voice(slack, lambda: roster.directives, clock),
        directives=lambda: roster.directives,
        clock=clock,
        redact=settings.redactor,
        links=settings.links,
    )
    key, binary = settings.anthropic_api_key.get_secret_value(), settings.claude_code_bin
    worker = ClaudeCode(binary, key, settings.anthropic_base_url, clock) if settings.delegates else None
    return worker, task_hand(worker, office)


def _spent(store: Store, roster: Roster) -> Callable[[TeamId, date, Money, Money], Awaitable[None]]:
    async def tell(team: TeamId, day: date, cap: Money, left: Money) -> None:
        law = roster.constitution
        await tell_admins(store, law, money_notice(law.team(team), day, cap, left))

    return tell


def _finding(
    settings: Settings,
    roster: Roster,
    store: Store,
    clock: Clock,
    metrics: Metrics,
    jira: Jira | None,
    slack: Slack | None,
) -> Finding:
    hub, trouble = _hub(settings, clock)
    return Finding(lambda: roster.directives, store, clock, metrics, hub=hub, trouble=trouble, jira=jira, slack=slack)


def _hub(settings: Settings, clock: Clock) -> tuple[Hub | None, str]:
    """The MCP servers of the file that was named, and of no other; or none, and what is wrong with the file.

    Nothing depends on them, so a file that cannot be read keeps nobody from starting: searches go over REST.
    """
    if settings.mcp_config is None:
        return None, ""
    only = [name.strip() for name in settings.mcp_servers.split(",") if name.strip()]
    try:
        entries = mcp_config.read(settings.mcp_config, settings.variables(), only)
    except OperatorError as error:
        log.warning("MCP servers are off: %s", error, extra={"action": "mcp_off"})
        return None, f"MCP_CONFIG: {error}. Searches go over REST"
    if settings.environment == "production":
        entries = [refused_in_production(entry) for entry in entries]
    place = Place(jira=settings.jira_site_url, cloud=settings.atlassian_cloud_id)
    return hub_of(entries, clock, Pins(lock_file(settings.mcp_config)), place), ""


def _at_commit(settings: Settings) -> Callable[[str], None]:
    return at_commit_points(settings.chaos_orders, settings.chaos_trace)
