"""Files that others wrote: constitutions, tables of sprints, archives, settings, nearly right or not at all."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from functools import cache

from hypothesis import strategies as st

from bot.backups import archive
from bot.cli.sprint_columns import NAMES
from bot.settings import Settings
from tests.bot.knocking import ENVIRONMENT, ROOT
from tests.fuzz.bodies import BOMBS, WORDS

LAW = (ROOT / "directives.yaml").read_text(encoding="utf-8")

_YAML_BOMBS = (
    "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n",
    "[" * 5_000,
    "{a: " * 5_000,
    "- " * 3_000,
    "? " * 3_000,
    "a: !!python/object/apply:os.system [id]\n",
    "teams: !!binary gg==\n",
    "teams: 2026-13-45\n",
    "a: 0x" + "f" * 5_000,
    "a: " + "9" * 5_000,
    "a: 1e999999\n",
    "a: .nan\n",
    "<<: [{a: 1}]\n",
    "--- a\n--- b\n",
    "%YAML 9.9\n---\na: 1\n",
    "a: |\n" + " x\n" * 5_000,
    "\ufeff\ufeffa: b",
    "a: \x85\u2028b",
    "\x00",
    "a: \ud800",
)
_YAML_WORDS = st.one_of(
    WORDS,
    st.text(":-#&*!|>'\"{}[]%@`?, \n\tabc019", max_size=40),
    st.sampled_from(
        ["[]", "{}", "null", "yes", "1:30", "0o17", "1_000", "-.inf", "2026-11-17", "~", "! x", "*a", "&a b"]
    ),
)


@st.composite
def constitutions(draw: st.DrawFn) -> str:
    """The shipped file with some of it replaced, or something else altogether."""
    if draw(st.integers(0, 4)) == 0:
        return draw(st.one_of(st.sampled_from(_YAML_BOMBS), _YAML_WORDS))
    lines = LAW.split("\n")
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        head, colon, _ = lines[at].partition(":")
        match draw(st.integers(0, 4)):
            case 0:
                lines[at] = head + colon + " " + draw(_YAML_WORDS)
            case 1:
                lines[at] = draw(_YAML_WORDS)
            case 2:
                lines[at] = " " * draw(st.integers(0, 9)) + lines[at].lstrip()
            case 3:
                del lines[at]
            case _:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
    return "\n".join(lines)


_CELLS = st.one_of(
    st.integers(-5, 500).map(str),
    st.sampled_from(
        ["", " ", "nan", "inf", "-inf", "1e308", "1e999", "1_0", "٣", '"', '"1"', "0x1", "9" * 400, "1.5", "\x00"]
    ),
    WORDS,
)


@st.composite
def sprint_tables(draw: st.DrawFn) -> bytes:
    """A file of sprints: a header, rows, and cells of every kind."""
    header = draw(st.one_of(st.just(",".join(NAMES)), st.permutations(NAMES).map(",".join), WORDS))
    rows = [
        ",".join(draw(_CELLS) for _ in range(draw(st.integers(0, len(NAMES) + 2))))
        for _ in range(draw(st.integers(0, 3)))
    ]
    whole = ",".join("1" for _ in NAMES)
    text = draw(st.sampled_from(["\n", "\r\n", "\r", "\x85"])).join([header, whole, *rows])
    coding = draw(st.sampled_from(["utf-8", "utf-8", "utf-16", "latin-1"]))
    return text.encode(coding, "surrogatepass" if coding.startswith("utf") else "replace")


_PARTS = st.sampled_from(
    [
        archive.MANIFEST,
        archive.DATABASE,
        archive.SEAL,
        "directives/directives.yaml",
        "../x",
        "/etc/x",
        "directives/a\x00b",
    ]
)
_MANIFESTS = st.one_of(
    st.sampled_from(sorted(BOMBS)).map(BOMBS.__getitem__),
    st.dictionaries(
        st.sampled_from(
            ["product", "format", "made", "version", "schema", "dialect", "engine", "database", "rows", "x"]
        ),
        st.one_of(st.none(), st.integers(), WORDS, st.just("pm-agent"), st.just({"inbox": -1}), st.just("sqlite")),
    ).map(lambda told: repr(told).replace("'", '"').encode("utf-8", "replace")),
)


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """Bytes that somebody hands to a restore."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.one_of(st.sampled_from(sorted(BOMBS)).map(BOMBS.__getitem__), st.binary(max_size=2_000)))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in draw(st.lists(_PARTS, max_size=5)):
            part, body = tarfile.TarInfo(name), draw(_MANIFESTS)
            part.size = len(body)
            part.type = draw(
                st.sampled_from([tarfile.REGTYPE] * 6 + [tarfile.SYMTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
            )
            tar.addfile(part, io.BytesIO(body))
    whole = bytearray(out.getvalue())
    for _ in range(draw(st.integers(0, 3))):
        whole[draw(st.integers(0, len(whole) - 1))] = draw(st.integers(0, 255))
    return bytes(whole[: draw(st.sampled_from([len(whole)] * 3 + [700, 5_000]))])


@cache
def _variables() -> tuple[str, ...]:
    return tuple(name.upper() for name in Settings.model_fields)


_SETTINGS = st.one_of(
    WORDS,
    st.sampled_from(
        [
            *(
                "8080",
                "-1",
                "99999999999999999999",
                "8080.5",
                "postgresql://u:p@h:x/db",
                "postgresql://[::1",
                "sqlite://",
            ),
            *(
                "mysql://x/y",
                "sqlite:///./var/pm.db",
                "redis://:@[",
                "http://",
                "https://x:99999/",
                "file:///etc/passwd",
            ),
            *(
                "xoxb-\u00e9",
                "INFO",
                "production",
                "acme.atlassian.net/",
                "10.0.0.0/99",
                "7 4 x",
                "2027-02-30",
                "'",
                '"x',
            ),
        ]
    ),
)


@st.composite
def env_files(draw: st.DrawFn) -> bytes:
    """A ``.env`` that somebody typed, pasted or saved with the wrong program."""
    told: dict[str, str] = dict(ENVIRONMENT) if draw(st.booleans()) else {}
    told |= draw(st.dictionaries(st.sampled_from(_variables()), _SETTINGS, max_size=4))
    lines = [f"{name}={value}" for name, value in told.items()] + draw(st.lists(WORDS, max_size=2))
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines)
    return text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"])), "surrogatepass")


DATES = st.one_of(
    st.sampled_from(
        [
            *(
                "Wed, 21 Oct 2026 07:28:00 GMT",
                "1 Jan 99999999999999999999 00:00:00",
                "1 Jan 9999 23:59:59 -9999",
                "1e400",
            ),
            *(
                "Wed, 21 Oct 2026 99:99:99 GMT",
                "32 Jan 2026 00:00:00 +9999999999",
                "-5",
                "1e-400",
                "nan",
                "inf",
                "0x10",
            ),
        ]
    ),
    st.from_regex(r"\A\d{1,3} (Jan|Feb) \d{1,22} \d{1,3}:\d\d:\d\d [+-]\d{1,12}\Z"),
)
"""Dates of HTTP, possible and not."""


def headers_of(value: str) -> Mapping[str, str]:
    """The same words wherever a vendor's answer may tell how long to wait."""
    return {"Retry-After": value, "Date": value}
