"""What running for real needs: processes at work, sign-ins to the dashboard, alerts, backups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each room adds its own tables by a function of its own."""
    _operations()
    _dashboard()
    _backups()
    _ended_stands()


ROW = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _operations() -> None:
    """Who was at work when, what was counted, what has to be put right."""
    op.create_table(
        "processes",
        sa.Column("id", ROW, primary_key=True, autoincrement=True),
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("host", sa.String(120), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('web','worker','start')", name="kind"),
        sa.CheckConstraint("beat >= began", name="beat"),
    )
    op.create_index("ix_processes_beat", "processes", ["beat"])
    op.create_table(
        "counts",
        sa.Column("hour", sa.String(13), primary_key=True),
        sa.Column("name", sa.String(60), primary_key=True),
        sa.Column("labels", sa.String(400), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value >= 0", name="value"),
    )
    op.create_index("ix_counts_name", "counts", ["name", "hour"])
    op.create_table(
        "alerts",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.DateTime(timezone=True)),
        sa.Column("ended", sa.DateTime(timezone=True)),
        sa.Column("drawn", sa.DateTime(timezone=True)),
        sa.Column("times", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("message", sa.String(120), nullable=False, server_default=sa.text("''")),
        sa.CheckConstraint("ended IS NULL OR told IS NOT NULL", name="ended"),
    )
    op.create_index("ix_alerts_message", "alerts", ["message"])


def _backups() -> None:
    """When an older state was put back."""
    op.create_table(
        "restorations",
        sa.Column("id", ROW, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.CheckConstraint("until > at", name="until"),
    )
    op.create_index("ix_restorations_until", "restorations", ["until"])


def _dashboard() -> None:
    """Who is signed in to the dashboard, and the links that let somebody in once."""
    op.create_table(
        "dashboard_links",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until > made", name="until"),
    )
    op.create_table(
        "dashboard_visits",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("before", sa.String(64)),
        sa.Column("who", sa.String(60), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("renewed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until > begun", name="until"),
    )
    op.create_index("uq_dashboard_visits_before", "dashboard_visits", ["before"], unique=True)
    op.create_index("ix_dashboard_visits_who", "dashboard_visits", ["who"])
    op.create_index("ix_dashboard_visits_until", "dashboard_visits", ["until"])


def _ended_stands() -> None:
    """What a past sprint delivered in issues as well, and when it stood so; what was read before is read again."""
    op.add_column("ended_stands", sa.Column("delivered_issues", sa.BigInteger()))
    op.add_column("ended_stands", sa.Column("at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Each room takes back its own tables."""
    for column in ("at", "delivered_issues"):
        op.drop_column("ended_stands", column)
    for table in ("restorations", "dashboard_visits", "dashboard_links", "alerts", "counts", "processes"):
        op.drop_table(table)
