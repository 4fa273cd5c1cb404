"""Both teams behind real ASGI requests."""

from __future__ import annotations

import pytest

from tests.bot.conftest import Knock
from tests.bot.dashboard.company import Company


@pytest.fixture
def company(knock: Knock) -> Company:
    return Company(knock(SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="shh"))
