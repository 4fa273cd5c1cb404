"""The plain intake: what a competent engineer writes in an afternoon with gunicorn and SQLAlchemy, a commit a request.

``gunicorn -k gthread --threads 16 'tests.bench.plain.intake:app()'`` with ``DATABASE_URL`` and ``SECRET``, on SQLite
with ``DURABILITY``, its journal mode and synchronous level. It keeps the same promise as the product's door: verified,
read as JSON, once for each delivery id, on disk with the job it asks for before its 202. It has no framework in its
way, keeps connections open, and what SQLAlchemy compiles is kept by it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    insert,
)
from sqlalchemy.exc import IntegrityError, OperationalError

THREADS = 16
"""Of gthread, with a connection each on PostgreSQL."""

Start = Callable[[str, list[tuple[str, str]]], object]

metadata = MetaData()
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(20), nullable=False),
    Column("delivery_id", String(200), nullable=False),
    Column("name", String(100), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received", DateTime(timezone=True), nullable=False),
    UniqueConstraint("source", "delivery_id"),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("delivery_id", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("created", DateTime(timezone=True), nullable=False),
)


def app() -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """The WSGI application over the database of the environment."""
    engine, secret = opened(os.environ["DATABASE_URL"], os.environ["DURABILITY"]), os.environ["SECRET"].encode()
    metadata.create_all(engine)

    def serve(request: dict[str, Any], start: Start) -> Iterable[bytes]:
        if request["REQUEST_METHOD"] == "GET":
            return answered(start, "200 OK")
        body = request["wsgi.input"].read(int(request.get("CONTENT_LENGTH") or 0))
        if not verified(request.get("HTTP_X_HUB_SIGNATURE", ""), body, secret):
            return answered(start, "401 Unauthorized")
        try:
            said = json.loads(body)
            taken(engine, request.get("HTTP_X_ATLASSIAN_WEBHOOK_IDENTIFIER", ""), said["webhookEvent"], body)
        except (ValueError, KeyError, TypeError):
            return answered(start, "400 Bad Request")
        except OperationalError:
            return answered(start, "503 Service Unavailable")
        return answered(start, "202 Accepted")

    return serve


def opened(url: str, durability: str) -> Engine:
    """Durable as it is told to be: on SQLite ``WAL FULL`` syncs once a commit, ``TRUNCATE EXTRA`` five times."""
    if not url.startswith("sqlite"):
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://"), pool_size=THREADS, max_overflow=0)
    engine = create_engine(url, connect_args={"timeout": 30}, pool_size=THREADS)

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, record: Any) -> None:
        journal, synchronous = durability.split()
        for wish in (f"journal_mode = {journal}", f"synchronous = {synchronous}"):
            dbapi.execute(f"PRAGMA {wish}")

    return engine


def verified(signature: str, body: bytes, secret: bytes) -> bool:
    """Whether the sender holds our secret."""
    return hmac.compare_digest(signature, f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}")


def taken(engine: Engine, number: str, name: str, body: bytes) -> None:
    """One transaction: the delivery and its job, or nothing when it was here before."""
    now = datetime.now(UTC)
    row = {"source": "jira", "delivery_id": number, "name": name, "body": body, "received": now}
    try:
        with engine.begin() as connection:
            connection.execute(insert(deliveries), row)
            job = {"kind": "look", "delivery_id": number, "state": "waiting", "created": now}
            connection.execute(insert(jobs), job)
    except IntegrityError:
        return


def answered(start: Start, status: str) -> Iterable[bytes]:
    """An answer without words."""
    start(status, [("Content-Length", "0")])
    return [b""]
