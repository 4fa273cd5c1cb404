"""What is foretold of sprints, what became of earlier ones, and how far the agent is trusted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    _forecasts()
    _ended_stands()
    _trust()


def _forecasts() -> None:
    """What was foretold of a sprint on a day."""
    op.create_table(
        "forecasts",
        sa.Column("team", sa.String(60), primary_key=True),
        sa.Column("sprint", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stand", JSON, nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("median", sa.Float(), nullable=False),
        sa.Column("within", JSON, nullable=False),
        sa.Column("past", sa.BigInteger(), nullable=False),
        sa.Column("issues", JSON, nullable=False),
        sa.Column("delivered", sa.Float()),
        sa.CheckConstraint("chance >= 0 AND chance <= 1", name="chance"),
    )
    op.create_index("ix_forecasts_at", "forecasts", ["at"])


def _ended_stands() -> None:
    """How past sprints stood, and what they delivered."""
    op.create_table(
        "ended_stands",
        sa.Column("team", sa.String(60), primary_key=True),
        sa.Column("sprint", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("tenth", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stand", JSON, nullable=False),
        sa.Column("delivered", sa.Float(), nullable=False),
    )
    op.create_index("ix_ended_stands_ended", "ended_stands", ["team", "ended"])


def _trust() -> None:
    """What shadow mode would have decided, and what admins think of it."""
    op.add_column("decisions", sa.Column("supposed", JSON))
    op.create_table(
        "marks",
        sa.Column("proposal", sa.String(20), primary_key=True),
        sa.Column("person", sa.String(60), primary_key=True),
        sa.Column("team", sa.String(60), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("useful", sa.Boolean(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_marks_team", "marks", ["team", "rule"])
    op.create_index("ix_marks_at", "marks", ["at"])


def downgrade() -> None:
    op.drop_table("marks")
    op.drop_column("decisions", "supposed")
    op.drop_table("ended_stands")
    op.drop_table("forecasts")
