"""What becomes of every command of the pages: typed here, followed on a machine, run by a named test, or not run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from tests.docs.reading import distinct
from tests.machine.walk import walked

NAMES = {
    "docker compose": "docker compose -f deploy/compose.yaml ps",
    "docker-compose config": "docker compose -f deploy/compose.yaml config --quiet",
    "git checkout": "sudo git -C /opt/pm-agent pull",
    "kill -9": "",
    "kill -HUP": "sudo systemctl reload pm-agent-web.service",
    "npx -y pkg": "",
    "pm backup verify": "pm backup verify FILE",
    "pm db copy": "pm db copy --to postgresql://user:password@host/pm",
    "pm dead-letters": "pm dead-letters list",
    "pm dead-letters retry": "pm dead-letters retry ID",
    "pm directives diff": "pm directives diff OLD NEW",
    "pm people forget": "pm people forget PERSON --yes",
    "pm people map": "pm people map li --jira 712020:2d60b7f8-...",
    "pm people unmap": "pm people unmap li",
    "pm restore": "pm restore FILE",
    "systemd-analyze verify": "systemd-analyze security pm-agent.service",
}
"""Spoken of and not told to be typed; beside each the command that it is a name of."""

ONE = '"$(ls -t var/backups/*.tar | head -1)"'
MARKED = "$(grep -oE '\"id\": *\"[0-9a-f]+' report.record.json | head -1 | grep -oE '[0-9a-f]+$')"

STANDS_FOR = (
    ("http://127.0.0.1:8080", "http://127.0.0.1:{PORT}"),
    ("cd /opt/pm-agent", 'cd "$HOME"'),
    ("/var/backups/pm-agent", "var/backups"),
    ("/tmp/pm-trial", "$HOME/pm-trial"),
    ("var/backups/pm-agent-20261123T080000Z.tar", ONE),
    ("FILE", ONE),
    ("[--json]", "--json"),
    ("[ID]", "review-8-hours"),
    ("OLD NEW", "old.yaml new.yaml"),
    ("PERSON", "li"),
    ("--url URL", "--url http://127.0.0.1:{PORT}"),
    ("--sprint 24", "--sprint 23"),
    ("report.html 3fa1", f"report.html {MARKED}"),
    ("712020:2d60b7f8-...", "712020:4c0de-nobodys"),
    ("documents show ID", "documents show e1"),
)
"""What a page's word stands for when it is typed here, in this order."""

OTHERS: Mapping[str, str] = {
    "pm restore FILE": f"DATABASE_URL=sqlite:///again.db pm restore {ONE}",
    "pm restore FILE --yes": f"DATABASE_URL=sqlite:///again.db pm restore {ONE} --yes",
    "pm people map li --jira 712020:2d60b7f8-...": "DIRECTIVES_FILE=without-li.yaml pm people map li --jira $LI",
    "pm people unmap li": "DIRECTIVES_FILE=without-li.yaml pm people unmap li",
    "pm dead-letters retry ID": "pm dead-letters retry $FIRST",
    "pm dead-letters drop ID": "pm dead-letters drop $SECOND",
}
"""Typed in other words: put back beside the running agent; people whom the constitution does not give away."""

HERE = (
    *("pm --help", "pm status --json", "pm trigger", "pm trigger --json", "pm forecast --json"),
    *("pm test-connections --json", "pm forecast", "pm costs", "pm costs --days 30 --json", "pm dashboard link"),
    *("pm documents", "pm documents --json", "pm documents show ID > report.md"),
    *("pm dead-letters list", "pm dead-letters list --json", "pm dead-letters retry ID", "pm dead-letters drop ID"),
    "pm status --check",
    *("pm people list", "pm people list --json", "pm people show PERSON", "pm people show PERSON [--json]"),
    *("pm people map li --jira 712020:2d60b7f8-...", "pm people unmap li", "pm people forget PERSON --yes"),
    *("pm directives check --json", "pm directives explain", "pm directives explain [ID]"),
    *("pm directives explain review-8-hours", "pm directives explain --json", "pm directives diff OLD NEW"),
    "pm directives diff directives.yaml proposed.yaml",
    "pm directives diff <(git show HEAD:directives.yaml) directives.yaml",
    *("pm slack-manifest", "pm slack-manifest --link", "pm slack-manifest --url https://pm.example.com"),
    "pm slack-manifest --url https://your-host",
    "pm webhooks register --service all --url https://pm.example.com --dry-run",
    "pm webhooks register --service all --url https://your-host",
    "pm webhooks register --service all --url https://pm.example.com --renew",
    "pm webhooks list --service all --url https://pm.example.com --json",
    "pm webhooks register --renew",
    "pm webhooks list --service all",
    "pm webhooks register --service jira --url URL",
    "pm webhooks delete --service all --url https://pm.example.com",
    "cd /opt/pm-agent && pm backup --to /var/backups/pm-agent",
    "pm backup list --json",
    "pm backup verify var/backups/pm-agent-20261123T080000Z.tar",
    "pm backup verify FILE",
    'pm backup verify "$(ls -t var/backups/*.tar | head -1)"',
    *("tar xf FILE", "mkdir -p /tmp/pm-trial", "pm restore FILE", "pm restore FILE --yes"),
    'DATABASE_URL=sqlite:////tmp/pm-trial/pm.db pm restore "$(ls -t var/backups/*.tar | head -1)"',
    "DATABASE_URL=sqlite:////tmp/pm-trial/pm.db pm status",
    "pm backtest --out report.html",
    *("pm backtest mark report.html 3fa1 not-useful", "pm backtest score report.html"),
    "python3 -c 'import secrets; print(secrets.token_urlsafe())'",
    "python -m tests.bot.charts.examples charts.html",
    *("curl -fsS http://127.0.0.1:8080/ready", "curl -fsS http://127.0.0.1:8080/api/status"),
    "curl -fsS http://127.0.0.1:8080/api/status | jq -r '.teams[] | \"\\(.id) \\(.mode) \\(.urgency.level)\"'",
    "curl -fsS http://127.0.0.1:8080/api/status | jq -e '.trouble | length == 0'",
    'curl -fsS -X POST -H "Authorization: Bearer $ADMIN_TOKEN" http://127.0.0.1:8080/api/trigger-cycle',
    'curl -fsS -X POST -H "Authorization: Bearer $ADMIN_TOKEN" '
    "'http://127.0.0.1:8080/api/trigger-cycle?sprint_id=24'",
    "python: import json",
)
"""Typed in ``tests/docs/test_commands.py``, one after the other."""

SLOW = (
    *("pm backtest", "pm backtest --sprint 24", "pm backtest --constitution draft.yaml"),
    *("pm backtest --against draft.yaml", "pm directives diff old.yaml new.yaml --backtest"),
    "pm directives diff OLD NEW --backtest",
)
"""Typed there as well, in ``make faults``: each lives through sprints once more."""

START, MCP, DEPLOY = "bot/cli/test_start.py::", "bot/cli/test_mcp.py::", "deploy/test_compose.py::"
EVALUATED = "bot/cli/test_forecast_evaluate.py::test_people_get_a_table_and_what_was_too_short_for_one"
CODE = "integrations/claude_code/test_real.py::"
CHAOS = "chaos/test_command.py::test_a_few_kills_on_a_server_of_ones_own_are_certified_and_nothing_is_left"

NAMED = {
    "pm start --no-worker": "bot/cli/test_hang_up.py::test_a_hang_up_reads_the_constitution_at_once_and_ends_nobody",
    "pm start": START + "test_it_serves_at_once_on_an_empty_folder_and_drains_when_told_to_stop",
    "pm worker": START + "test_the_worker_alone_starts_and_drains",
    "pm chaos": CHAOS,
    "pm chaos --kills 100 --minutes 30 --seed 7": CHAOS,
    "pm chaos --database postgresql://user:password@host/postgres --json": CHAOS,
    "pm backtest --demo": "bot/cli/test_backtest.py::test_it_tells_every_message_and_the_totals_as_data",
    "pm db copy --to postgresql://user:password@host/pm": "backups/test_moving.py::"
    "test_a_company_that_has_lived_moves_row_for_row",
    "pm forecast evaluate FOLDER": EVALUATED,
    "pm forecast evaluate FOLDER [--json]": "bot/cli/test_forecast_evaluate.py::"
    "test_every_file_of_the_folder_becomes_a_row_by_project_and_stage",
    "pm forecast evaluate FOLDER --once": "bot/cli/test_forecast_evaluate.py::"
    "test_rows_are_told_apart_from_sprints_and_one_on_several_boards_can_count_once",
    "pm forecast evaluate FOLDER --past N": "bot/cli/test_forecast_evaluate.py::"
    "test_with_few_past_sprints_only_the_latest_are_learned_from",
    "pm mcp list": MCP + "test_list_says_how_each_server_stands",
    'pm mcp try "blocked tickets in the current sprint"': MCP + "test_try_says_who_answered",
    "pm mcp accept SERVER": MCP + "test_accept_takes_what_a_server_shows_now",
    "pm mcp inspect --config .mcp.json --claude-home ~ --skills ~/.claude/skills --export mcp-report.json": MCP
    + "test_inspect_writes_a_report_without_connecting",
    "docker compose -f deploy/compose.yaml config --quiet": DEPLOY + "test_compose_takes_the_file",
    "python -m integrations.claude_code.facts FILE": "integrations/claude_code/test_facts.py::"
    "test_it_offers_the_tools_of_the_cage_and_each_says_that_it_only_reads",
    "python -m tests.bench.page": "bench/test_bench_itself.py::test_the_page_tells_the_figures_that_are_kept",
    "python -m tests.mutants.page": "mutants/test_catalogue.py::test_the_page_lists_them",
    "python -m tests.proofs": "test_requirements_table.py::test_the_page_shows_the_table_as_it_is",
    "python: from bot.charts import BurnUp, Point, burn_up, cone, figure": "docs/test_commands.py::"
    "test_the_example_of_a_chart_draws_one",
    'redis-server --save "" --appendonly no': "topology/test_outages.py::"
    "test_redis_that_dies_freezes_or_forgets_costs_latency_alone",
    "gunicorn -c deploy/gunicorn.conf.py 'bot.server:web()'": "deploy/test_behind_nginx.py::"
    "test_a_burst_of_two_thousand_from_one_address_is_taken_whole",
}
"""Run by a test of its own, in ``tests/``."""

SUITES = ("test", "check", "bench", "topology", "chaos", "chaos-long", "faults", "fuzz", "mutants", "soak", "machine")
"""``make`` of these runs tests: they are run by being run."""

DOCKER = "a Docker daemon and a registry"
ABSENT = {
    "docker compose -f deploy/compose.yaml build": DOCKER,
    "docker compose -f deploy/compose.yaml up -d": DOCKER,
    "docker compose -f deploy/compose.yaml ps": DOCKER,
    "docker compose -f deploy/compose.yaml exec web pm test-connections --quiet": DOCKER,
    "docker compose -f deploy/compose.yaml up -d --scale worker=4": DOCKER,
    "docker compose -f deploy/compose.yaml stop web worker": DOCKER,
    "docker compose -f deploy/compose.yaml run --rm worker restore FILE": DOCKER,
    "docker compose -f deploy/compose.yaml exec worker pm backup": DOCKER,
    "docker compose -f deploy/compose.yaml exec -T worker tar -C /var/lib/pm-agent -cf - backups > backups.tar": DOCKER,
    "docker compose -f deploy/compose.yaml restart web worker": DOCKER,
    "docker compose -f deploy/compose.yaml logs --tail 50 web": DOCKER,
    "cloudflared tunnel ingress validate": "cloudflared, which Debian does not have",
    'ANTHROPIC_API_KEY=... make evals EVALS="--real"': "a key for Claude, and cents",
    'make evals EVALS="--real --json" > before.json': "a key for Claude, and cents",
}
"""What it would need."""


class Fate(NamedTuple):
    """What becomes of one command."""

    way: str
    by: str = ""


def fate(text: str) -> Fate | None:
    """``None`` for one that nobody has thought of."""
    if text in NAMES:
        return Fate("name", NAMES[text])
    if text.startswith("/pm "):
        return Fate("slack", "docs/test_commands.py")
    if text in HERE or text in SLOW:
        return Fate("here" if text in HERE else "slow", "docs/test_commands.py")
    if text in NAMED:
        return Fate("named", NAMED[text])
    if text.removeprefix("make ") in SUITES:
        return Fate("suite", f"make {text.removeprefix('make ')}")
    if text in ABSENT:
        return Fate("absent", ABSENT[text])
    return Fate("machine", "machine/test_server_page.py") if text in walked() else None


def fates() -> Mapping[str, Fate | None]:
    """Of every command there is."""
    return {text: fate(text) for text in distinct()}


def share() -> tuple[int, int]:
    """(run by a test, all of them); names are none."""
    told = [each.way for each in fates().values() if each is not None and each.way != "name"]
    return sum(way != "absent" for way in told), len(told)


def as_typed(text: str, port: int = 8080) -> str:
    """With what its words stand for, beside an agent on ``port``."""
    typed = OTHERS.get(text, text)
    for word, meant in () if text in OTHERS else STANDS_FOR:
        typed = typed.replace(word, meant)
    return typed.replace("{PORT}", str(port))
