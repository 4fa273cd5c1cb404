"""All tables at once, for whoever makes, compares or empties them."""

from __future__ import annotations

from sqlalchemy import MetaData

from models.tables import asks, backups, costs, dashboard, foresight, looks, mirror, operations, outbox, queue, trust
from models.tables.kinds import metadata

PARTS = (queue, mirror, looks, asks, outbox, costs, foresight, trust, operations, dashboard, backups)
"""Read in, each has added its tables."""


def all_tables() -> MetaData:
    """Every table there is, by name in ``tables``."""
    return metadata
