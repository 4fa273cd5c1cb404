"""What running for real needs: processes at work, sign-ins to the dashboard, alerts, backups."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each room adds its own tables by a function of its own."""
