"""The report as one HTML file: every message with whom, when and why, to be marked useful or not. Pure.

Nothing in it is loaded from anywhere, nothing is sent anywhere, and nothing in it does anything but mark: its content
policy allows this page's own style and script and no connection. Text from outside is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby

from bot.backtest.report.compare import Comparison
from bot.backtest.report.marks import NOT_USEFUL, USEFUL, Score, score
from bot.backtest.report.record import Deed, Message, Record, Silence
from bot.charts import Chart, Heard, Load, figure, load

MARKING = """
const marks = JSON.parse(document.getElementById('marks').textContent);
const count = document.getElementById('count');
function show() {
  for (const box of document.querySelectorAll('[data-message]')) {
    const mark = marks[box.dataset.message];
    for (const button of box.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', String(button.value === mark));
    }
  }
  const said = Object.values(marks);
  const useful = said.filter(mark => mark === 'useful').length;
  count.textContent = said.length ? `${useful} of ${said.length} marked messages useful` : 'Nothing is marked yet';
}
document.addEventListener('click', event => {
  const button = event.target.closest('[data-message] button');
  if (!button) return;
  const name = button.closest('[data-message]').dataset.message;
  if (marks[name] === button.value) delete marks[name]; else marks[name] = button.value;
  show();
});
document.getElementById('download').addEventListener('click', () => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([JSON.stringify({marks}, null, 2)], {type: 'application/json'}));
  link.download = document.body.dataset.name;
  link.click();
  URL.revokeObjectURL(link.href);
});
show();
"""

STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --mark: #1264a3; --warn: #b3261e; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 68rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
article { border-left: 3px solid var(--line); padding: .25rem .75rem; margin: .5rem 0; }
article p { margin: .15rem 0; white-space: pre-line; } .small { font-size: .85rem; opacity: .75; }
.out { color: var(--warn); } table { border-collapse: collapse; } th, td { padding: .2rem .6rem; text-align: left; }
td.number, th.number { text-align: right; } tr { border-bottom: 1px solid var(--line); }
button { font: inherit; font-size: .85rem; border: 1px solid var(--line); background: none; color: inherit;
  border-radius: .3rem; padding: .1rem .5rem; cursor: pointer; }
button[aria-pressed=true] { background: var(--mark); border-color: var(--mark); color: #fff; }
nav { position: sticky; top: 0; background: Canvas; padding: .5rem 0; border-bottom: 1px solid var(--line); }
figure { margin: 1rem 0; max-width: 34rem; min-width: 0; overflow-x: auto; } svg { max-width: 100%; height: auto; }
figcaption { font-weight: 600; } figure p, figure details { font-size: .85rem; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1rem 2rem; }
@media (prefers-color-scheme: dark) { :root { --mark: #1d9bd1; --warn: #f2b8b5; } }
"""


MARKED_BY = 4
"""Letters of an id that are shown at least, for ``pm backtest mark``."""


def page(
    record: Record,
    marks: Mapping[str, str],
    name: str,
    compared: Comparison | None = None,
    charts: Sequence[Chart] = (),
) -> str:
    """The whole file; ``name`` is what its marks are downloaded as, ``charts`` tell how the sprints went."""
    body = [
        f"<h1>{_t(headline(record))}</h1>",
        f"<p>{_t(_days(record))} Nothing was sent, and no button here does anything but mark.</p>",
        _comparison(compared) if compared is not None else "",
        _score(score(record, marks)),
        _people(record),
        _sprints(charts),
        '<nav><span id="count"></span> <button id="download" type="button">Download marks</button> '
        '<span class="small">Put the file beside this page, then: pm backtest score</span></nav>',
        "<h2>Every message</h2>",
        *_by_day(record.messages, shortest(record.messages)),
        _silences(record.silences),
        _deeds(record.deeds),
    ]
    return _whole("".join(body), marks, name, headline(record))


def headline(record: Record) -> str:
    """``16 messages to 6 people and 70 in channels, in 3 sprints``."""
    to, count = len(record.written), record.written.total()
    people = f"{count} message{'' if count == 1 else 's'} to {to} {'person' if to == 1 else 'people'}"
    sprints = f"{len(record.sprints)} sprint{'' if len(record.sprints) == 1 else 's'}"
    return f"{people} and {len(record.messages) - count} in channels, in {sprints}"


def shortest(messages: Iterable[Message]) -> int:
    """How many letters of an id tell these messages apart: ``MARKED_BY`` and more."""
    ids = {message.id for message in messages}
    whole = max(map(len, ids), default=MARKED_BY)
    return next((n for n in range(MARKED_BY, whole) if len({id[:n] for id in ids}) == len(ids)), whole)


def _whole(body: str, marks: Mapping[str, str], name: str, title: str) -> str:
    script = base64.b64encode(hashlib.sha256(MARKING.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{script}'"
    data = json.dumps(dict(marks)).replace("<", "\\u003c")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_t(title)}</title><style>{STYLE}</style></head>"
        f'<body data-name="{_t(name)}">{body}'
        f'<script type="application/json" id="marks">{data}</script><script>{MARKING}</script></body></html>\n'
    )


def _days(record: Record) -> str:
    what, said = ", ".join(record.sprints), f"{record.begin:%a %d %b %Y} to {record.end:%a %d %b %Y}"
    before = f" {_warmed_up(record.since)}" if record.since is not None else ""
    return f"{what}: {said}, constitution {record.version}.{before}"


def _warmed_up(since: datetime) -> str:
    return (
        f"It was lived through from {since:%a %d %b} on, so that its first day is one like any other; what would have "
        "been said before it began is not counted."
    )


def _comparison(found: Comparison) -> str:
    parts = [("Only with the second", found.new), ("Only with the first", found.gone)]
    listed = "".join(f"<h3>{_t(title)} ({len(which)})</h3>{''.join(map(_told, which))}" for title, which in parts)
    moved = f"<p>{len(found.moved)} of the others come at another time.</p>" if found.moved else ""
    versions = f"{found.before.version} against {found.after.version}"
    return f"<h2>{_t(found.words)}</h2><p>{_t(versions)}</p>{moved}{listed}"


def _score(found: Score) -> str:
    rows = "".join(
        f"<tr><td>{_t(rule.rule)}</td><td class=number>{rule.useful} of {rule.marked}</td>"
        f"<td>{_t(rule.suggestion)}</td></tr>"
        for rule in found.rules
    )
    head = "<tr><th>Rule</th><th class=number>Useful</th><th>What might be better</th></tr>"
    return f"<h2>Score</h2><p>{_t(found.words)}.</p>" + (f"<table>{head}{rows}</table>" if rows else "")


def _people(record: Record) -> str:
    everybody = record.per_person
    heard = tuple(Heard(record.names.get(person, str(person)), dict(days)) for person, days in everybody.items())
    return f"<h2>Who would have heard how much</h2>{figure(load(Load(record.days, heard, record.most)))}"


def _sprints(charts: Sequence[Chart]) -> str:
    if not charts:
        return ""
    drawn = "".join(map(figure, charts))
    return f'<h2>How the sprints went, and what was to be foretold</h2><div class="charts">{drawn}</div>'


def _by_day(messages: Sequence[Message], letters: int) -> Iterable[str]:
    for day, said in groupby(messages, key=lambda message: message.at.date()):
        yield f"<h3>{day:%a %d %b %Y}</h3>"
        yield from (_line(message, letters) for message in said)


def _told(message: Message) -> str:
    """Without buttons: what both say, or the second, is marked where every message stands, and the rest nowhere."""
    return f"<article>{_words(message, f'{message.local:%a %d %b %H:%M}')}</article>"


def _words(message: Message, when: str) -> str:
    out = ' · <span class="out">out of hours</span>' if message.out_of_hours else ""
    free = "" if message.costs else " · costs no attention"
    return (
        f"<p><b>{_t(message.to)}</b> · {_t(when)} {_t(message.zone)} · {_t(message.kind)}{out}</p>"
        f'<p>{_t(message.text)}</p><p class="small">{_t(message.why)} · rule {_t(message.rule)}{free}</p>'
    )


def _line(message: Message, letters: int) -> str:
    buttons = "".join(
        f'<button type="button" value="{value}" aria-pressed="false">{words}</button> '
        for value, words in ((USEFUL, "Useful"), (NOT_USEFUL, "Not useful"))
    )
    return (
        f'<article data-message="{_t(message.id)}">{_words(message, f"{message.local:%H:%M}")}'
        f'<p>{buttons}<span class="small">{_t(message.id[:letters])}</span></p></article>'
    )


def _silences(silences: Sequence[Silence]) -> str:
    rows = "".join(
        f"<tr><td>{each.at:%d %b %H:%M}</td><td>{_t(each.to)}</td><td>{_t(each.kind)}</td>"
        f"<td>{_t(each.text)}</td><td>{_t(each.why)}</td><td>{_t(each.rule)}</td></tr>"
        for each in silences
    )
    head = "<tr><th>UTC</th><th>To</th><th>What</th><th>Of</th><th>Why not</th><th>Rule</th></tr>"
    return f"<h2>Withheld: {len(silences)}</h2>" + (f"<table>{head}{rows}</table>" if rows else "<p>Nothing.</p>")


def _deeds(deeds: Sequence[Deed]) -> str:
    rows = "".join(
        f"<tr><td>{each.at:%d %b %H:%M}</td><td>{_t(each.words)}</td><td>{_t(each.rule)}</td></tr>" for each in deeds
    )
    head = "<tr><th>UTC</th><th>Change</th><th>Rule</th></tr>"
    table = f"<table>{head}{rows}</table>" if rows else "<p>Nothing.</p>"
    return f"<h2>Changes it would have made in Jira: {len(deeds)}</h2>{table}"


def _t(text: str) -> str:
    return escape(text)
