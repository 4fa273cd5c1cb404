"""What was last read of each pull request, so that only what has changed costs calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from models.ids import AccountId, PullRequestId
from models.pulls import Build, BuildState, PullRequest

REMEMBERED = 2_000
"""Pull requests kept; of more, those read longest ago are forgotten and cost their calls again."""


class Memory:
    """Pull requests as they were last read, and what is known of their repositories."""

    def __init__(self) -> None:
        self._known: dict[PullRequestId, PullRequest] = {}
        self._built: set[str] = set()
        self._defaults: dict[str, tuple[AccountId, ...]] = {}

    def keep(self, pull_request: PullRequest) -> PullRequest:
        """Remember it as the latest."""
        self._known.pop(pull_request.id, None)
        self._known[pull_request.id] = pull_request
        if len(self._known) > REMEMBERED:
            self._known.pop(next(iter(self._known)))
        if pull_request.build is not None:
            self._built.add(_repository(pull_request.id))
        return pull_request

    def keep_all(self, pull_requests: Iterable[PullRequest]) -> None:
        """As ``keep`` for each."""
        for pull_request in pull_requests:
            self.keep(pull_request)

    def keep_build(self, repository: str, commit: str, build: Build | None) -> None:
        """The builds of ``commit`` were read again: so much is new about the pull requests that end in it."""
        for each in list(self._known.values()):
            if _repository(each.id) == repository.casefold() and each.is_at(commit):
                self.keep(replace(each, build=build))

    def keep_defaults(self, repository: str, reviewers: Sequence[AccountId]) -> None:
        """Who reviews by default in ``repository``."""
        self._defaults[repository.casefold()] = tuple(reviewers)

    def known(self, fresh: PullRequest) -> PullRequest | None:
        """What was read of it before, whatever it said then."""
        return self._known.get(fresh.id)

    def suggested(self, repository: str, fresh: PullRequest) -> tuple[AccountId, ...]:
        """Default reviewers for a pull request that nobody is asked to review."""
        defaults = self._defaults.get(repository.casefold(), ()) if is_lonely(fresh) else ()
        return tuple(account for account in defaults if account != fresh.author)

    def build_may_differ(self, known: PullRequest) -> bool:
        """Whether the builds of an unchanged pull request are worth a call: a build's end does not touch it.

        What has passed stays so until a webhook or a push. What never had a build gets none in a repository
        where nothing is ever built.
        """
        if known.build is None:
            return _repository(known.id) in self._built
        return known.build.state is not BuildState.PASSED


def is_same(known: PullRequest | None, fresh: PullRequest) -> bool:
    """Whether nothing has happened to it since it was read in full: then its log says what it said."""
    return (
        known is not None
        and (known.updated, known.commit, known.draft) == (fresh.updated, fresh.commit, fresh.draft)
        and {(r.reviewer, r.state) for r in known.reviews} == {(r.reviewer, r.state) for r in fresh.reviews}
    )


def carried(fresh: PullRequest, known: PullRequest) -> PullRequest:
    """``fresh`` with what its log told when it was read as ``known``."""
    return replace(
        fresh,
        reviews=known.reviews,
        waiting_since=known.waiting_since,
        pushed_at=known.pushed_at,
        pushed_by=known.pushed_by,
        suggested=known.suggested,
    )


def settled(fresh: PullRequest, known: PullRequest | None) -> PullRequest:
    """``fresh`` over since it was first seen so: a comment made afterwards moves its time of change, nothing more."""
    same = known is not None and known.state == fresh.state and known.settled_at is not None
    return replace(fresh, settled_at=known.settled_at) if known is not None and same else fresh


def is_lonely(fresh: PullRequest) -> bool:
    """Whether nobody but perhaps its author is asked to review it."""
    return all(review.reviewer == fresh.author for review in fresh.reviews)


def _repository(id: PullRequestId) -> str:
    return id.partition("#")[0].casefold()
