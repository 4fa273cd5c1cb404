"""Who is who: accounts found for people, and what people said about them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HELD = sa.text("standing IN ('certain','confirmed','set')")
LIVE = sa.text("standing <> 'refused'")


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("person", sa.String(60), nullable=False),
        sa.Column("service", sa.String(12), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("standing", sa.String(12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(60), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "standing IN ('certain','uncertain','unknown','confirmed','refused','set')",
            name=op.f("ck_identities_standing"),
        ),
        sa.PrimaryKeyConstraint("person", "service", "account", name="pk_identities"),
    )
    op.create_index(
        "uq_identities_one_owner",
        "identities",
        ["service", "account"],
        unique=True,
        postgresql_where=HELD,
        sqlite_where=HELD,
    )
    op.create_index(
        "uq_identities_one_account",
        "identities",
        ["person", "service"],
        unique=True,
        postgresql_where=LIVE,
        sqlite_where=LIVE,
    )


def downgrade() -> None:
    op.drop_table("identities")
