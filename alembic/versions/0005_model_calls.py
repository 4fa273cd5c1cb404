"""What thinking costs: each call to a model, and a team's day; and indexes for what is looked for often."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

EMPTY = sa.text("''")
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "model_days",
        sa.Column("team", sa.String(60), primary_key=True),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("spent", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("spent >= 0", name="spent"),
    )
    op.create_table(
        "model_calls",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("team", sa.String(60), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asker", sa.String(60)),
        sa.Column("cycle", sa.String(20)),
        sa.Column("purpose", sa.String(12), nullable=False),
        sa.Column("prompt", sa.String(40), nullable=False),
        sa.Column("size", sa.String(8), nullable=False),
        sa.Column("model", sa.String(60), server_default=EMPTY, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        *(
            sa.Column(name, sa.Integer(), server_default="0", nullable=False)
            for name in ("read", "written", "cached", "kept", "kept_long")
        ),
        sa.Column("stop", sa.String(40), server_default=EMPTY, nullable=False),
        sa.Column("request", sa.String(80), server_default=EMPTY, nullable=False),
        sa.Column("seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), server_default=EMPTY, nullable=False),
        sa.CheckConstraint("cost >= 0", name="cost"),
        sa.CheckConstraint("state IN ('held', 'settled', 'lost', 'free')", name="state"),
    )
    op.create_index("ix_model_calls_day", "model_calls", ["day", "team"])
    op.create_index("ix_model_calls_cycle", "model_calls", ["cycle"])
    op.create_index("ix_model_calls_at", "model_calls", ["at"])
    of_people = sa.text("name = 'changed'")
    op.create_index("ix_inbox_changes", "inbox", ["received"], postgresql_where=of_people, sqlite_where=of_people)

    op.create_index("ix_effects_ended", "effects", ["team", "ended"])
    op.create_index("ix_approvals_by", "approvals", ["by"])
    _documents()


def _documents() -> None:
    """Each delegated task and its report."""
    op.create_table(
        "documents",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("team", sa.String(60), nullable=False),
        sa.Column("asker", sa.String(60)),
        sa.Column("task", sa.String(40), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("title", sa.String(200), server_default=EMPTY, nullable=False),
        sa.Column("summary", JSON, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("markdown", sa.Text(), server_default=EMPTY, nullable=False),
        sa.Column("cost", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("trouble", sa.Text(), server_default=EMPTY, nullable=False),
        sa.Column("dropped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("shown", JSON, nullable=False),
        sa.CheckConstraint("state IN ('running', 'broken', 'done')", name="state"),
        sa.CheckConstraint("cost >= 0", name="cost"),
    )
    op.create_index("ix_documents_begun", "documents", ["begun"])


def downgrade() -> None:
    op.drop_table("documents")
    op.drop_index("ix_approvals_by", "approvals")
    op.drop_index("ix_effects_ended", "effects")
    op.drop_index("ix_inbox_changes", "inbox")
    op.drop_table("model_calls")
    op.drop_table("model_days")
