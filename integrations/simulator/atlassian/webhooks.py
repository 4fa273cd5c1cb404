"""Every change in the company as a signed webhook, sent again while the product is away, though not for ever."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import aiohttp

from integrations.simulator.atlassian import bitbucket_shapes, jira_shapes
from integrations.simulator.atlassian.bitbucket_hooks import Hooks, Registered
from integrations.simulator.nouns import News
from integrations.simulator.traffic import Traffic
from models.ids import fresh

log = logging.getLogger(__name__)

PATIENCE = 10.0
"""Seconds a delivery may take (Bitbucket's limit; Jira's is not told)."""

WAITS = (1.0, 2.0, 5.0, 15.0, 60.0, 120.0)
"""Seconds before each further try. The vendors wait minutes; a demo should heal while one watches."""

JIRA_AGAIN = frozenset({0, 408, 409, 425, 429})
"""What Jira sends again besides 5xx; 0 is no answer at all."""

COMMENT_FIELDS = ("summary", "issuetype", "project", "assignee", "priority", "status")
"""Fields of the trimmed issue inside a comment's event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook on its way."""

    service: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    words: str

    def again(self, number: int) -> Mapping[str, str]:
        """Headers of try ``number`` (0 is the first)."""
        if self.service == "bitbucket":
            return {**self.headers, "X-Attempt-Number": str(number + 1)}
        return {**self.headers, **({"X-Atlassian-Webhook-Retry": str(number)} if number else {})}

    def worth_another_try(self, status: int) -> bool:
        """Whether the vendor would resend after this answer."""
        return status >= 500 or status in (JIRA_AGAIN if self.service == "jira" else {0})


class Webhooks:
    """Sends news of the company to ``product_url``; one listener of ``Company.listeners``."""

    def __init__(
        self,
        traffic: Traffic,
        jira: jira_shapes.Shapes,
        bitbucket: bitbucket_shapes.Shapes,
        *,
        product_url: str,
        jira_secret: str,
        bitbucket_secret: str,
        waits: Sequence[float] = WAITS,
        bitbucket_hooks: Hooks | None = None,
    ) -> None:
        self._traffic, self._jira, self._bitbucket = traffic, jira, bitbucket
        self._url, self._waits = product_url.rstrip("/"), waits
        self._secrets = {"jira": jira_secret, "bitbucket": bitbucket_secret}
        self._hooks = bitbucket_hooks
        self.post: Callable[[Delivery], Sequence[Delivery]] = lambda delivery: [delivery]
        """What of a delivery is sent now: tests lose some, keep some back and send some twice."""
        self.retold: Callable[[Delivery, News], list[Delivery]] = lambda delivery, _: [delivery]
        """Where a delivery of Jira's goes: the admin webhooks that were registered decide."""
        self.doubles_comments = False
        """Whether a comment is told as a change of its issue, too, as older sites do."""
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[bool]] = set()

    def __call__(self, news: News) -> None:
        """Send it in the background: a change in Jira does not wait for its listeners."""
        for delivery in self.deliveries(news):
            for each in self.post(delivery):
                self.send(each)

    @property
    def busy(self) -> bool:
        """Whether a delivery is on its way."""
        return bool(self._tasks)

    def send(self, delivery: Delivery) -> None:
        """Send one in the background."""
        task = asyncio.get_running_loop().create_task(self.deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def deliveries(self, news: News) -> list[Delivery]:
        """What goes out: to the product, as set up by hand, and to every webhook that was registered for it.

        Once the product's own address is registered, that registration alone decides.
        """
        own, pull = self.written(news), news.pull_request
        if pull is None or self._hooks is None:
            told = (news, *self._twins(news))
            return [each for one in told for each in self.retold(self.written(one), one)]
        known = any(hook.url == own.url for hook in self._hooks.registered.values())
        hearing = self._hooks.hearing(news.event, pull.repository)
        return [*([] if known else [own]), *(self._of_bitbucket(news, hook) for hook in hearing)]

    def written(self, news: News) -> Delivery:
        """The webhook that tells ``news``."""
        if news.pull_request is not None:
            return self._of_bitbucket(news)
        return self._of_jira(news)

    async def deliver(self, delivery: Delivery) -> bool:
        """Send it until it is taken; False when it was given up."""
        status = 0
        for number, wait in enumerate((0.0, *self._waits)):
            await asyncio.sleep(wait)
            status = await self._try(delivery, delivery.again(number))
            if not delivery.worth_another_try(status):
                return 200 <= status < 300
        log.warning("gave up: %s", delivery.words, extra={"action": "webhook_lost", "status": status})
        return False

    async def idle(self) -> None:
        """Wait until nothing is on its way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give up what is on its way and let go of the connections."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _try(self, delivery: Delivery, headers: Mapping[str, str]) -> int:
        began, status, words = self._traffic.clock.monotonic(), 0, delivery.words
        try:
            limit = aiohttp.ClientTimeout(total=PATIENCE)
            async with self._client().post(delivery.url, data=delivery.body, headers=headers, timeout=limit) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            words = f"{words}: {type(error).__name__}"
        path = delivery.url.removeprefix(self._url)
        self._traffic.note("out", delivery.service, "POST", path, status, began, words)
        return status

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    def _signed(self, service: str, body: bytes, hook: Registered | None = None) -> dict[str, str]:
        secret = self._secrets[service] if hook is None else hook.secret
        digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        return {"X-Hub-Signature": f"sha256={digest}"} if secret else {}

    # --- Jira ---------------------------------------------------------------------------------------------

    def _of_jira(self, news: News) -> Delivery:
        body = json.dumps(self.jira_body(news)).encode()
        subject = news.issue.key if news.issue else news.sprint.name if news.sprint else ""
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "User-Agent": "Atlassian Webhook HTTP Client",
            "X-Atlassian-Webhook-Identifier": fresh(),
            "X-Atlassian-Webhook-Flow": "Primary",
            **self._signed("jira", body),
        }
        url, words = f"{self._url}/webhooks/jira", f"{news.event} {subject}".strip()
        return Delivery(service="jira", url=url, body=body, headers=headers, words=words)

    def jira_body(self, news: News) -> dict[str, Any]:
        """The body Jira sends: issues with their history row, comments with a trimmed issue, sprints alone."""
        body: dict[str, Any] = {"timestamp": int(news.at.timestamp() * 1000), "webhookEvent": news.event}
        if news.sprint is not None:
            old = {"oldValue": self._jira.sprint(news.before)} if news.before else {}
            return body | {"sprint": self._jira.sprint(news.sprint)} | old
        assert news.issue is not None
        if news.comment is not None:
            comment = self._jira.comment(news.issue, news.comment) | {"body": plain(news.comment.body)}
            return body | {"comment": comment, "issue": self._jira.issue(news.issue, COMMENT_FIELDS)}
        return body | {
            "issue_event_type_name": self._kind(news),
            "user": self._jira.person(news.by),
            "issue": self._jira.issue(news.issue, ["*navigable"]),
            "changelog": self._changelog(news),
        }

    def _twins(self, news: News) -> list[News]:
        """The same news under a second name: starting a sprint updates it, a comment updates its issue."""
        if news.event == "sprint_started":
            return [replace(news, event="sprint_updated")]
        if news.event == "comment_created" and self.doubles_comments:
            return [replace(news, event="jira:issue_updated", comment=None, commented=True)]
        return []

    def _changelog(self, news: News) -> dict[str, Any]:
        items = news.change.items if news.change else ()
        return {
            "id": str(news.change.id if news.change else 0),
            "items": [self._jira.full_item(item) for item in items],
        }

    def _kind(self, news: News) -> str:
        fields = {item.field_id for item in news.change.items} if news.change else set()
        if news.event == "jira:issue_created":
            return "issue_created"
        if news.commented:
            return "issue_commented"
        if fields == {"assignee"}:
            return "issue_assigned"
        return "issue_generic" if "status" in fields else "issue_updated"

    # --- Bitbucket ----------------------------------------------------------------------------------------

    def _of_bitbucket(self, news: News, hook: Registered | None = None) -> Delivery:
        body = json.dumps(self.bitbucket_body(news)).encode()
        pull = news.pull_request
        subject = f"{pull.repository}#{pull.number}" if pull else ""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Bitbucket-Webhooks/2.0",
            "X-Event-Key": news.event,
            "X-Hook-UUID": (hook.uuid if hook else bitbucket_shapes.uuid_of(self._url))[1:-1],
            "X-Request-UUID": bitbucket_shapes.uuid_of(fresh())[1:-1],
            **self._signed("bitbucket", body, hook),
        }
        url = hook.url if hook else f"{self._url}/webhooks/bitbucket"
        words = f"{news.event} {subject}".strip()
        return Delivery(service="bitbucket", url=url, body=body, headers=headers, words=words)

    def bitbucket_body(self, news: News) -> dict[str, Any]:
        """The body Bitbucket sends; which event it is stands in the header only."""
        pull = news.pull_request
        assert pull is not None
        shared = {
            "repository": self._bitbucket.whole_repository(pull.repository),
            "actor": self._bitbucket.account(news.by),
        }
        if news.build is not None:
            return shared | {"commit_status": self._bitbucket.build(pull, news.build)}
        body = shared | {"pullrequest": self._bitbucket.pull_request(pull, people=True, nulls=True)}
        return body | self._said(news)

    def _said(self, news: News) -> dict[str, Any]:
        word = {
            "pullrequest:approved": "approval",
            "pullrequest:changes_request_created": "changes_request",
        }.get(news.event)
        if news.event == "pullrequest:comment_created" and news.pull_request is not None:
            return {"comment": self._bitbucket.comment(news.pull_request.steps[-1])}
        said = {"date": bitbucket_shapes.moment(news.at), "user": self._bitbucket.account(news.by)}
        return {word: said} if word else {}


def plain(document: Any) -> str:
    """A document as the text that comment events carry: mentions as ``[~accountid:...]``."""
    if not isinstance(document, dict):
        return ""
    if document.get("type") == "text":
        return str(document.get("text", ""))
    if document.get("type") == "mention":
        return f"[~accountid:{dict(document.get('attrs') or {}).get('id')}]"
    glue = "\n\n" if document.get("type") == "doc" else ""
    return glue.join(plain(inner) for inner in document.get("content", ()))
