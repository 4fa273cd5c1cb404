"""What Jira keeps of the past: every state an issue and a sprint were in, and which issues a sprint ever held."""

from integrations.jira.past.reading import Histories

__all__ = ["Histories"]
