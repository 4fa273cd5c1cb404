"""Runs the migrations over the connection it is handed, or over the address on the command line."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, make_url

from models.tables.everything import all_tables


def migrate(connection: Connection) -> None:
    """Bring the tables behind ``connection`` to the wanted revision, in the caller's transaction."""
    context.configure(
        connection=connection,
        target_metadata=all_tables(),
        render_as_batch=connection.dialect.name == "sqlite",  # SQLite cannot alter a column in place
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def address() -> str:
    """``-x url=...`` on the command line, else the one in alembic.ini."""
    url = context.get_x_argument(as_dictionary=True).get("url") or context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise SystemExit("say which database: alembic -x url=sqlite:///var/pm.db upgrade head")
    return url


if context.is_offline_mode():
    context.configure(dialect_name=make_url(address()).get_backend_name(), target_metadata=all_tables())
    with context.begin_transaction():
        context.run_migrations()
elif (handed := context.config.attributes.get("connection")) is not None:
    migrate(handed)
else:
    with create_engine(address()).begin() as own:
        migrate(own)
