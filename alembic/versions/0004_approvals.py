"""Questions: put off because their reader asked for that, why somebody said no, and which question an edit replaced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

EMPTY = sa.text("''")


def upgrade() -> None:
    op.add_column("approvals", sa.Column("put_off", sa.DateTime(timezone=True)))
    op.add_column("approvals", sa.Column("put_off_by", sa.String(60)))
    op.add_column("approvals", sa.Column("used", sa.Integer(), server_default="0", nullable=False))
    op.add_column("approvals", sa.Column("reason", sa.String(16), server_default=EMPTY, nullable=False))
    op.add_column("approvals", sa.Column("edits", sa.String(20)))
    op.create_index("ix_approvals_reason", "approvals", ["team", "reason"])


def downgrade() -> None:
    op.drop_index("ix_approvals_reason", "approvals")
    for column in ("edits", "reason", "used", "put_off_by", "put_off"):
        op.drop_column("approvals", column)
