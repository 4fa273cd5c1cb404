"""The file of a backup: whole or refused, for its owner alone, and nothing in it that it should not hold."""

from __future__ import annotations

import random
import stat
import tarfile
from pathlib import Path

import pytest

from bot.backups import archive
from bot.backups.beside import files, put_back
from bot.backups.folder import Entry, entries, make, rotate
from bot.backups.rotation import Keep
from models.errors import OperatorError
from tests.backups.conftest import CLOCK, Kind


@pytest.fixture
def made(sqlite_kind: Kind, lived: bytes, tmp_path: Path) -> Entry:
    return make(sqlite_kind.source(sqlite_kind.holding(lived, tmp_path)), tmp_path / "backups", CLOCK)


def test_a_backup_says_of_what_and_when_it_is(made: Entry) -> None:
    manifest = archive.check(made.file)
    assert manifest == made.manifest
    assert manifest.made.utcoffset() is not None and abs((CLOCK.real() - manifest.made).total_seconds()) < 60
    assert manifest.schema == "0007" and manifest.rows["effects"] > 0 and manifest.rows["documents"] == 0


def test_only_its_owner_may_read_it(made: Entry) -> None:
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.file.parent.stat().st_mode) == 0o700


def test_any_tar_can_open_it(made: Entry) -> None:
    with tarfile.open(made.file) as tar:
        assert tar.getnames() == ["manifest.json", "database", "directives/directives.yaml", "sha256"]


def test_a_single_wrong_byte_is_found_wherever_it_is(made: Entry, tmp_path: Path) -> None:
    body, chosen = made.file.read_bytes(), random.Random(7)
    places = [0, 511, 512, len(body) - 1, *(chosen.randrange(len(body)) for _ in range(150))]
    places += range(body.rindex(b"sha256\0"), len(body), 97)
    for place in places:
        damaged = tmp_path / "damaged.tar"
        damaged.write_bytes(body[:place] + bytes([body[place] ^ 1 << chosen.randrange(8)]) + body[place + 1 :])
        with pytest.raises(OperatorError, match="cannot be used"):
            archive.check(damaged)


@pytest.mark.parametrize("end", [0, 100, 512, 5_000, -1, -512, -1024, -10_240])
def test_a_file_that_ends_too_early_is_refused(made: Entry, tmp_path: Path, end: int) -> None:
    cut = tmp_path / "cut.tar"
    cut.write_bytes(made.file.read_bytes()[:end])
    with pytest.raises(OperatorError):
        archive.check(cut)


def test_what_follows_the_end_is_refused(made: Entry, tmp_path: Path) -> None:
    longer = tmp_path / "longer.tar"
    longer.write_bytes(made.file.read_bytes() + b"\0")
    with pytest.raises(OperatorError, match="its length does not fit"):
        archive.check(longer)


def test_beside_the_rows_stand_the_constitution_and_the_pins_and_no_secret(tmp_path: Path) -> None:
    laws, config = tmp_path / "laws", tmp_path / ".mcp.json"
    laws.mkdir()
    for name in ("a.yaml", "b.yml", ".hidden.yaml", "notes.txt", ".env"):
        (laws / name).write_text("secret: 1\n")
    config.write_text('{"env": {"TOKEN": "secret"}}')
    (tmp_path / ".mcp.lock.json").write_text("{}")
    found = files(laws, config)
    assert sorted(found) == ["directives/a.yaml", "directives/b.yml", "mcp.lock.json"]
    assert put_back(found, laws, config) == []  # what is there stays as it is
    elsewhere = tmp_path / "new"
    written = put_back(found, elsewhere / "laws", elsewhere / ".mcp.json")
    assert sorted(file.relative_to(elsewhere).as_posix() for file in written) == [
        ".mcp.lock.json",
        "laws/a.yaml",
        "laws/b.yml",
    ]


def test_a_single_constitution_comes_back_under_the_name_it_has_here(tmp_path: Path) -> None:
    assert put_back({"directives/directives.yaml": b"x"}, tmp_path / "company.yaml", None) == [
        tmp_path / "company.yaml"
    ]


def test_only_ours_are_listed_and_the_damaged_say_so(made: Entry) -> None:
    folder = made.file.parent
    (folder / "pm-agent-20200101T000000Z.tar").write_bytes(b"nonsense" * 200)
    (folder / "holiday.tar").write_bytes(made.file.read_bytes())
    found = entries(folder)
    assert [entry.file.name for entry in found] == [made.file.name, "pm-agent-20200101T000000Z.tar"]
    assert found[1].manifest is None and "no backup of pm-agent" in found[1].trouble


def test_rotation_deletes_nothing_it_did_not_write_and_never_the_last(made: Entry, sqlite_kind: Kind) -> None:
    folder, strangers = made.file.parent, ("pm-agent-20200101T000000Z.tar", "holiday.tar", "notes.txt")
    assert made.manifest is not None
    for name in strangers:
        (folder / name).write_bytes(b"mine")
    other = sqlite_kind.empty()
    Path(other.removeprefix("sqlite:///")).write_bytes(
        Path(made.manifest.database.removeprefix("sqlite:///")).read_bytes()
    )
    theirs = make(sqlite_kind.source(other), folder, CLOCK)
    later = CLOCK.real().replace(year=2099)
    assert rotate(folder, made.manifest.database, Keep(0, 0, 0), later) == []
    newer = make(sqlite_kind.source(f"sqlite:///{made.manifest.database.removeprefix('sqlite:///')}"), folder, CLOCK)
    assert rotate(folder, made.manifest.database, Keep(0, 0, 0), later) == [made.file]
    assert all((folder / name).exists() for name in strangers) and theirs.file.exists() and newer.file.exists()


@pytest.mark.parametrize("text", [b"[]", b"{}", b"null", b"\xff", b'{"product": "other", "format": 1}'])
def test_what_is_no_manifest_is_refused(text: bytes) -> None:
    with pytest.raises(OperatorError):
        archive.Manifest.from_bytes(text)


def test_a_newer_format_is_refused_with_the_remedy(made: Entry) -> None:
    assert made.manifest is not None
    newer = made.manifest.to_bytes().replace(b'"format": 1', b'"format": 2')
    with pytest.raises(OperatorError, match="newer version"):
        archive.Manifest.from_bytes(newer)
