"""A link leads where the deployment was set up to lead, and no spelling of another place passes for it."""

from __future__ import annotations

import pytest

from models.links import Links

OURS = Links.to("https://acme.atlassian.net", "https://bitbucket.org", "http://127.0.0.1:8080/jira", "", "no address")


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.atlassian.net/browse/PAY-7",
        "https://ACME.atlassian.net:443/browse/PAY-7?focusedCommentId=1#x",
        "https://bitbucket.org",
        "http://127.0.0.1:8080/anything",
        "https://acme.slack.com/archives/C1/p1",
        "https://app.slack.com/client",
        "https://acme.enterprise.slack.com/archives/C1/p1",
    ],
)
def test_what_was_set_up_and_slack_may_be_linked_to(url: str) -> None:
    assert OURS.lead_to(url)


ELSEWHERE = [
    "https://evil.example/browse/PAY-7",
    "http://acme.atlassian.net/browse/PAY-7",
    "https://acme.atlassian.net:8443/browse/PAY-7",
    "https://acme.atlassian.net.evil.example/browse/PAY-7",
    "https://evil.example/acme.atlassian.net",
    "https://xacme.atlassian.net",
    "https://evil.atlassian.net",
    "https://acme.atlassian.net@evil.example/",
    "https://acme.atlassian.net:pw@evil.example/",
    "https://me@acme.atlassian.net/",
    "https://acme.atlassian.net\\@evil.example/",
    "https://acme.atlassian.net%2eevil.example/",
    "https://acme.atlassian.net./",
    "https://acme.atlassian.net\u3002evil.example/",
    "https://bitbuc\u212aet.org/",
    "https://bitbucket.org\u200b/",
    "https://b\u0456tbucket.org/",
    "https://xn--btbucket-9fg.org/",
    "https://acme.atlassian.net\n.evil.example/",
    "https://acme.atlassian.net /",
    "https:acme.atlassian.net",
    "https:///acme.atlassian.net",
    "//acme.atlassian.net/x",
    "https://acme.slack.com.evil.example/",
    "https://evilslack.com/",
    "http://acme.slack.com/",
    "javascript:alert(1)//https://acme.atlassian.net/",
    "mailto:eve@acme.atlassian.net",
    "data:text/html,https://bitbucket.org",
    "https://acme.atlassian.net/|<!channel>",
    "",
]


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_spelling_of_another_place_passes(url: str) -> None:
    assert not OURS.lead_to(url)


def test_nothing_set_up_leads_to_slack_alone() -> None:
    assert Links().lead_to("https://acme.slack.com/archives/C1/p1") and not Links().lead_to("https://bitbucket.org/")
