"""The versions that are read from the files are those that alembic would go through."""

from __future__ import annotations

from alembic.config import Config
from alembic.script import ScriptDirectory

from models.steps import ROOT, versions


def test_the_versions_read_are_alembics_own_steps_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    steps = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
    assert list(versions()) == steps[::-1] and len(steps) > 1
