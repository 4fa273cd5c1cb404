"""The judgement: what was told of which subject, further cards, what people do not want to hear, and what is learnt."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EMPTY = sa.text("''")
IN_FORCE = sa.text("ended IS NULL")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
URGENCIES = ("low", "medium", "high", "critical")

TOLD = sa.table("told", *(sa.column(name) for name in ("person", "signal", "effect", "kind", "subject", "urgency")))
EFFECTS = sa.table("effects", sa.column("id"), sa.column("action", JSON), sa.column("gave_back", JSON))


def upgrade() -> None:
    op.add_column("told", sa.Column("kind", sa.String(40), server_default=EMPTY, nullable=False))
    op.add_column("told", sa.Column("subject", sa.String(200), server_default=EMPTY, nullable=False))
    op.add_column("told", sa.Column("urgency", sa.Integer(), server_default="0", nullable=False))
    op.add_column("told", sa.Column("answered", sa.DateTime(timezone=True)))
    op.add_column("approvals", sa.Column("reminded", sa.DateTime(timezone=True)))
    op.add_column("approvals", sa.Column("passed_on", sa.DateTime(timezone=True)))
    op.add_column("effects", sa.Column("standing", JSON))
    op.add_column("cycles", sa.Column("pressing", sa.Text(), server_default=EMPTY, nullable=False))
    op.add_column("cycles", sa.Column("sprint", sa.BigInteger()))
    say_what_was_told()
    op.create_table(
        "cards",
        sa.Column("approval", sa.String(20), nullable=False),
        sa.Column("person", sa.String(60), nullable=False),
        sa.Column("channel", sa.String(40)),
        sa.Column("ts", sa.String(40)),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["approval"], ["approvals.id"], name="fk_cards_approval"),
        sa.PrimaryKeyConstraint("approval", "person", name="pk_cards"),
    )
    op.create_index("ix_cards_place", "cards", ["channel", "ts"])
    op.create_table(
        "hushes",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("team", sa.String(60), nullable=False),
        sa.Column("person", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(200), server_default=EMPTY, nullable=False),
        sa.Column("rule", sa.String(60), server_default=EMPTY, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("state", sa.Text()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("why", sa.Text(), server_default=EMPTY, nullable=False),
        sa.CheckConstraint("subject <> '' OR rule <> ''", name=op.f("ck_hushes_about")),
        sa.PrimaryKeyConstraint("id", name="pk_hushes"),
    )
    op.create_index(
        "uq_hushes_one_in_force",
        "hushes",
        ["team", "person", "subject", "rule"],
        unique=True,
        postgresql_where=IN_FORCE,
        sqlite_where=IN_FORCE,
    )
    op.create_index("ix_hushes_person", "hushes", ["person", "ended"])
    op.create_index("ix_hushes_team", "hushes", ["team", "ended"])
    op.create_table(
        "observations",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("team", sa.String(60), nullable=False),
        sa.Column("person", sa.String(60)),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("about", sa.String(120), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_observations"),
        sa.UniqueConstraint("what", "about", "source", name="uq_observations_what_about_source"),
    )
    op.create_index("ix_observations_team", "observations", ["team", "what", "at"])
    op.create_index("ix_observations_person", "observations", ["person"])


def say_what_was_told() -> None:
    """What somebody had been told of before is as well known as what they are told from now on."""
    bind = op.get_bind()
    told_by = sa.select(TOLD.c.effect)
    wanted = sa.or_(EFFECTS.c.id.in_(told_by), EFFECTS.c.gave_back.is_not(None))
    for effect in bind.execute(sa.select(EFFECTS).where(wanted)).mappings().all():
        items = {item["signal"]: said(item) for item in items_of(effect["action"])}
        for signal, values in items.items():
            one = sa.and_(TOLD.c.effect == effect["id"], TOLD.c.signal == signal)
            bind.execute(sa.update(TOLD).where(one).values(**values))
        back = effect["gave_back"]
        if back and back.get("told"):
            rows = [row | items.get(row.get("signal"), {}) for row in back["told"]]
            again = sa.update(EFFECTS).where(EFFECTS.c.id == effect["id"]).values(gave_back=back | {"told": rows})
            bind.execute(again)


def items_of(action: dict[str, Any]) -> list[dict[str, str]]:
    """The lines of a message: several in a reminder, one in a comment or a question."""
    return [item for item in (*action.get("items", ()), action.get("item")) if item]


def said(item: dict[str, str]) -> dict[str, str | int]:
    """What the columns say of one line."""
    urgency = item.get("urgency", "")
    return {
        "kind": item.get("kind", "")[:40],
        "subject": item.get("subject", "")[:200],
        "urgency": URGENCIES.index(urgency) if urgency in URGENCIES else 0,
    }


def downgrade() -> None:
    for table in ("observations", "hushes", "cards"):
        op.drop_table(table)
    for table, column in (
        ("cycles", "sprint"),
        ("cycles", "pressing"),
        ("effects", "standing"),
        ("approvals", "passed_on"),
        ("approvals", "reminded"),
        ("told", "answered"),
        ("told", "urgency"),
        ("told", "subject"),
        ("told", "kind"),
    ):
        op.drop_column(table, column)
