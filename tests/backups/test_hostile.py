"""Files that only look like backups, or were copied half: refused in one line, and nothing is written anywhere."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.backups import archive
from bot.backups.beside import law_of, put_back
from bot.backups.folder import Entry, Source, entries, make, rotate
from bot.backups.rotation import Keep
from bot.backups.scratch import tried
from models.database import upgrade
from models.errors import OperatorError
from tests.backups.conftest import CLOCK
from tests.world import CONSTITUTION

LAW = {"directives/directives.yaml": b"a: b\n"}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    url = f"sqlite:///{tmp_path / 'pm.db'}"
    upgrade(url)
    return Source(url=url, version="0.1.0", beside=LAW)


@pytest.fixture
def made(source: Source, tmp_path: Path) -> Entry:
    return make(source, tmp_path / "backups", CLOCK)


def forged(good: Entry, file: Path, *, body: bytes = b"", beside: Mapping[str, bytes] = LAW, **said: Any) -> Path:
    """Whole by its checksum, with other parts than a backup has or a manifest that says something else."""
    with tarfile.open(good.file) as tar:
        told, rows = (tar.extractfile(name) for name in (archive.MANIFEST, archive.DATABASE))
        assert told is not None and rows is not None
        manifest, database = {**json.loads(told.read()), **said}, body or rows.read()
    file.write_bytes(b"")
    with file.open("w+b") as out, tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        archive._add(tar, archive.MANIFEST, json.dumps(manifest).encode())
        archive._add(tar, archive.DATABASE, database)
        for name, text in beside.items():
            archive._add(tar, name, text)
        out.flush()
        archive._add(tar, archive.SEAL, archive._digest(out, tar.offset).encode() + b"\n")
    return file


@pytest.mark.parametrize("read", [archive.check, archive.beside])
@pytest.mark.parametrize(
    "name", ["directives/{}", "directives/../../x", "directives/..", "directives/", "directives/a/b.yaml", "x", "../x"]
)
def test_a_part_that_is_none_of_a_backups_is_refused(
    made: Entry, tmp_path: Path, name: str, read: Callable[[Path], object]
) -> None:
    evil = forged(made, tmp_path / "evil.tar", beside={**LAW, name.format(tmp_path / "slipped"): b"PWNED"})
    with pytest.raises(OperatorError, match="it holds a part that is none of a backup's"):
        read(evil)


def test_a_link_among_its_parts_is_refused(made: Entry, tmp_path: Path) -> None:
    link = tarfile.TarInfo("directives/directives.yaml")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(made.file, "a") as tar:
        tar.addfile(link)
    with pytest.raises(OperatorError, match="none of a backup's"):
        archive.beside(made.file)


def test_what_a_restore_would_refuse_is_not_kept_as_a_backup(source: Source, tmp_path: Path) -> None:
    wrong = Source(url=source.url, version=source.version, beside={"../directives.yaml": b""})
    with pytest.raises(OperatorError, match="no backup was made: .*none of a backup's"):
        make(wrong, tmp_path / "backups", CLOCK)
    assert entries(tmp_path / "backups") == []


def test_the_law_in_a_backup_is_read_without_being_written(tmp_path: Path) -> None:
    parts = {"directives/directives.yaml": CONSTITUTION.read_bytes()}
    assert law_of(parts).teams
    with pytest.raises(OperatorError, match="holds no constitution"):
        law_of({})


def test_a_law_is_put_back_only_where_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "laws").mkdir()
    assert put_back({"directives/a.yaml": b"", "directives/b.yaml": b""}, tmp_path / "laws", None) == []


def test_what_is_put_back_belongs_to_whom_the_folder_does(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    if root := os.geteuid() == 0:
        os.chown(home, 65_534, 65_534)
    (law,) = put_back(LAW, home / "etc" / "directives.yaml", None)
    owners = {(each.stat().st_uid, each.stat().st_gid) for each in (law, law.parent)}
    assert owners == {(65_534, 65_534)} if root else law.read_bytes() == LAW["directives/directives.yaml"]


def test_a_law_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorError, match="the rows are back; .* could not be written"):
        put_back(LAW, tmp_path / "file" / "laws" / "directives.yaml", None)


# --- copied half --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [0, 1, 511, 512, 513, 600, 1_024, 1_400, 1_500, 2_000, 5_000, -1, -600])
def test_a_half_copied_one_is_listed_with_its_trouble_and_keeps_nobody_from_tidying(made: Entry, end: int) -> None:
    half = made.file.with_name("pm-agent-20200101T000000Z.tar")
    half.write_bytes(made.file.read_bytes()[:end])
    assert made.manifest is not None
    assert rotate(made.file.parent, made.manifest.database, Keep(), CLOCK.real()) == [] and half.exists()
    good, listed = entries(made.file.parent)
    assert good == made and listed.file == half and "cannot be used" in listed.trouble
    with pytest.raises(OperatorError, match="cannot be used"):
        archive.check(half)
    if end >= 0:  # what was cut off behind the last part keeps nothing from being read
        for read in (archive.beside, lambda file: archive.take_out(file, file.with_name("out"))):
            with pytest.raises(OperatorError, match="cannot be used"):
                read(half)


@pytest.mark.parametrize(
    "said",
    [
        {"made": "2026-01-01T00:00:00"},
        {"made": "0001-01-01T00:00:00+14:00"},
        {"made": 7},
        {"rows": None},
        {"rows": [1]},
        {"rows": {"jobs": "x"}},
        {"rows": {"jobs": -1}},
        {"rows": {"jobs": True}},
        {"place": 5},
        {"database": None},
        {"schema": None},
        {"dialect": "oracle"},
        {"format": "x"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_manifest_that_says_what_cannot_be_is_none(made: Entry, said: Mapping[str, Any]) -> None:
    false = forged(made, made.file.with_name("pm-agent-20200101T000000Z.tar"), **said)
    assert made.manifest is not None
    assert rotate(made.file.parent, made.manifest.database, Keep(), CLOCK.real()) == []
    good, listed = entries(made.file.parent)
    assert good == made and listed.manifest is None and "no backup of pm-agent" in listed.trouble
    with pytest.raises(OperatorError, match="cannot be used"):
        archive.check(false)


@pytest.mark.parametrize("cut", [2, 12, 200])
def test_a_database_part_that_cannot_be_unpacked_is_one_line(made: Entry, tmp_path: Path, cut: int) -> None:
    with tarfile.open(made.file) as tar:
        body = tar.extractfile(archive.DATABASE)
        assert body is not None
        broken = body.read()[:cut] + b"\xff" * 200
    false = forged(made, tmp_path / "false.tar", body=broken)
    with pytest.raises(OperatorError, match="cannot be unpacked"), tried(false, tmp_path / "room", ""):
        pass
    assert not (tmp_path / "room").exists()
