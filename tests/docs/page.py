"""docs/commands-tested.md, written from the table: python -m tests.docs.page"""

from __future__ import annotations

from collections import Counter

from tests.docs.reading import ROOT, commands
from tests.docs.table import ABSENT, NAMED, fates, share

PAGE = ROOT / "docs" / "commands-tested.md"

WAYS = {
    "here": "typed in a shell beside a simulated company and an agent at work: `tests/docs/test_commands.py`",
    "slow": "typed there as well, as they live through sprints once more: `make faults`",
    "slack": "sent to the agent as Slack sends it: `tests/docs/test_commands.py`; delegating is off there",
    "named": "run by a test of its own, below; most in `make test`, the rest in `make faults` and `make topology`",
    "machine": "typed, page by page, on a Debian booted for it with systemd as process 1, in namespaces: "
    "`tests/machine`, `make machine`; needs root and the internet",
    "suite": "`make` of a suite of tests: run by being run",
    "absent": "not run",
}


def page() -> str:
    """As it must be."""
    run, every = share()
    ways = Counter(each.way for each in fates().values() if each is not None)
    alone = [each for text, each in fates().items() if each and each.way not in ("name", "slack")]
    shell = sum(each.way != "absent" for each in alone)
    rows = [
        "# Which commands of these pages are tested",
        "",
        f"Of {every} different commands on all pages, README.md and CONTRIBUTING.md {run} are run by tests,",
        f"{100 * run / every:.1f} %; of the {len(alone)} that are not typed in Slack {shell},",
        f"{100 * shell / len(alone):.1f} %. This page is written by `python -m tests.docs.page` from",
        "`tests/docs/table.py`. A command that is in none of its lists fails `make test`.",
        "",
        "| commands | how |",
        "|---|---|",
        *(f"| {ways[way]} | {how} |" for way, how in WAYS.items()),
        "",
        "Names of hosts, files, people and numbers are replaced by ones that exist there (`STANDS_FOR`, `OTHERS`). On",
        "the machine `nano` lays in what somebody would type; Let's Encrypt's own test server, a file server and",
        "a page with networks stand for Let's Encrypt, DuckDNS and Cloudflare; the company is the simulated one.",
        "What is only spoken of, such as `pm dead-letters`, is no command here.",
        "",
        "## Not run",
        "",
        "| command | what it needs |",
        "|---|---|",
        *(f"| {_code(text)} | {why} |" for text, why in ABSENT.items()),
        "",
        "## Run by a test of their own",
        "",
        "| command | test |",
        "|---|---|",
        *(f"| {_code(text)} | {_link(name)} |" for text, name in sorted(NAMED.items())),
    ]
    return "\n".join(rows) + "\n"


def _code(text: str) -> str:
    pages = [each.page for each in commands() if each.text == text]
    words = f"the example of {pages[0]}" if text.startswith("python: ") else f"`{text}`"
    return words.replace("|", "\\|")


def _link(name: str) -> str:
    file, _, test = name.partition("::")
    return f"[{test.removeprefix('test_').replace('_', ' ')}](../tests/{file})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
