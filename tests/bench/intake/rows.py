"""What stands in a database afterwards, read past the product."""

from __future__ import annotations

from sqlalchemy import create_engine, text

from models.database import address_of


def kept(url: str, name: str, *, table: str = "inbox", accounted: bool = False) -> set[str]:
    """The ids of deliveries that begin with ``name``; ``accounted`` alone those a committed look has taken up."""
    words = f"SELECT delivery_id FROM {table} WHERE delivery_id LIKE :name"
    engine = create_engine(address_of(url))
    with engine.connect() as connection:
        found = connection.execute(text(words + (_ACCOUNTED if accounted else "")), {"name": f"{name}-%"}).scalars()
        ids = list(found)
    engine.dispose()
    assert len(ids) == len(set(ids)), "kept twice"
    return set(ids)


_ACCOUNTED = " AND cycle IN (SELECT id FROM cycles)"
