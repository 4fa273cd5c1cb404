"""Bitbucket Cloud: which pull requests wait for a review, and for whose."""

from __future__ import annotations

from integrations.bitbucket.client import Bitbucket

__all__ = ["Bitbucket"]
