"""One errand for the real Claude Code, in a cage: it can read what we put there, and do nothing else."""

from __future__ import annotations

from integrations.claude_code.client import ClaudeCode
from integrations.claude_code.errand import Errand, Ran

__all__ = ["ClaudeCode", "Errand", "Ran"]
