"""The company in Bitbucket's own shapes: accounts, repositories, pull requests, their activity and builds."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integrations.simulator.company import Company
from integrations.simulator.nouns import Build, PullRequest, Review, Step

STEPS = ("approval", "changes_requested", "comment")
"""Activity entries whose content is under their own name; an update's is under ``update``."""


def moment(at: datetime) -> str:
    """Bitbucket's form: microseconds and a zone with a colon."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")


def uuid_of(name: str) -> str:
    """The one UUID of something, in Bitbucket's braces."""
    return f"{{{uuid.uuid5(uuid.NAMESPACE_URL, name)}}}"


@dataclass(frozen=True)
class Shapes:
    """Shapes whose links begin with ``base``, the address of the API with its version."""

    company: Company
    base: str

    def account(self, account: str) -> dict[str, Any]:
        """A user."""
        who, id_ = self.company.people[account], uuid_of(account)
        return {
            "type": "user",
            "display_name": who.name,
            "nickname": who.name.split()[0],
            "uuid": id_,
            "account_id": account,
            "links": {"self": {"href": f"{self.base}/users/{id_.replace('{', '%7B').replace('}', '%7D')}"}},
        }

    def repository(self, full_name: str) -> dict[str, Any]:
        """A repository, as it appears inside others."""
        links = {"self": f"{self.base}/repositories/{full_name}", "html": f"https://bitbucket.org/{full_name}"}
        return {
            "type": "repository",
            "full_name": full_name,
            "name": full_name.partition("/")[2],
            "uuid": uuid_of(full_name),
            "links": {name: {"href": url} for name, url in links.items()},
        }

    def whole_repository(self, full_name: str) -> dict[str, Any]:
        """A repository on its own."""
        main = {"type": "branch", "name": "main"}
        return {
            **self.repository(full_name),
            "slug": full_name.partition("/")[2],
            "scm": "git",
            "is_private": True,
            "mainbranch": main,
        }

    def pull_request(self, pull: PullRequest, *, people: bool, nulls: bool = False) -> dict[str, Any]:
        """A pull request; ``people`` adds reviewers and participants, ``nulls`` what webhooks say of nothing."""
        shape = {
            "type": "pullrequest",
            "id": pull.number,
            "title": pull.title,
            "description": "",
            "summary": {"raw": "", "markup": "markdown", "html": ""},
            "state": pull.state,
            "draft": pull.draft,
            "author": self.account(pull.author),
            "source": self._end(pull, pull.branch, pull.commit),
            "destination": self._end(pull, "main", "1d1f6d3216f1"),
            "comment_count": sum(step.kind == "comment" for step in pull.steps),
            "task_count": pull.tasks,
            "queued": pull.queued,
            "close_source_branch": True,
            "reason": "",
            "created_on": moment(pull.created),
            "updated_on": moment(pull.updated),
            "links": self._links(pull),
        }
        if nulls:
            shape |= {"merge_commit": None, "closed_by": None}
        if pull.closed_by:
            shape["closed_by"] = self.account(pull.closed_by)
        if pull.state == "MERGED":
            shape["merge_commit"] = {"hash": pull.commit}
        return shape | (self._people(pull, nulls) if people else {})

    def _people(self, pull: PullRequest, nulls: bool) -> dict[str, Any]:
        return {
            "reviewers": [self.account(review.account) for review in pull.reviews],
            "participants": [self._participant(review, nulls) for review in pull.reviews],
        }

    def _participant(self, review: Review, nulls: bool) -> dict[str, Any]:
        shape = {
            "type": "participant",
            "user": self.account(review.account),
            "role": "REVIEWER",
            "approved": review.state == "approved",
            "state": review.state,
            "participated_on": moment(review.at) if review.at else None,
        }
        return shape if nulls else {name: value for name, value in shape.items() if value is not None}

    def _end(self, pull: PullRequest, branch: str, commit: str) -> dict[str, Any]:
        repository = self.repository(pull.repository)
        return {"repository": repository, "branch": {"name": branch}, "commit": {"hash": commit}}

    def _links(self, pull: PullRequest) -> dict[str, Any]:
        here = f"{self.base}/repositories/{pull.repository}/pullrequests/{pull.number}"
        names = ("commits", "approve", "diff", "diffstat", "comments", "activity", "merge", "decline")
        html = f"https://bitbucket.org/{pull.repository}/pull-requests/{pull.number}"
        return {
            "self": {"href": here},
            "html": {"href": html},
            **{name: {"href": f"{here}/{name}"} for name in names},
        }

    def step(self, pull: PullRequest, step: Step) -> dict[str, Any]:
        """One entry of the activity log: its kind is its key."""
        stub = {"type": "pullrequest", "id": pull.number, "title": pull.title, "links": self._links(pull)}
        who, at = self.account(step.by), moment(step.at)
        content: Mapping[str, Any]
        if step.kind == "update":
            source = self._end(pull, pull.branch, step.commit or pull.commit)
            content = {"state": step.words, "title": pull.title, "author": who, "date": at, "source": source}
        elif step.kind == "comment":
            content = self.comment(step)
        else:
            content = {"user": who, "date": at, "pullrequest": stub}
        return {"pull_request": stub, step.kind: dict(content)}

    def comment(self, step: Step) -> dict[str, Any]:
        """A comment of the activity log."""
        at = moment(step.at)
        content = {"raw": step.words, "markup": "markdown", "html": ""}
        shape = {"type": "pullrequest_comment", "user": self.account(step.by), "created_on": at, "updated_on": at}
        line = {"inline": {"path": "src/pay.py", "from": None, "to": 7}} if step.on_code else {}
        return {**shape, "content": content, "deleted": False, **line}

    def build(self, pull: PullRequest, build: Build) -> dict[str, Any]:
        """A commit status."""
        here = f"{self.base}/repositories/{pull.repository}/commit/{build.commit or pull.commit}"
        return {
            "type": "build",
            "key": build.key,
            "name": build.key,
            "state": build.state,
            "description": "",
            "url": f"https://bitbucket.org/{pull.repository}/pipelines",
            "refname": pull.branch,
            "created_on": moment(build.at),
            "updated_on": moment(build.at),
            "links": {"self": {"href": f"{here}/statuses/build/{build.key}"}, "commit": {"href": here}},
        }
