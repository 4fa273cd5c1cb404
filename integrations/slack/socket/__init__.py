"""Slack's other way in: a websocket that we open, for people without a public address. It knows no listener."""

from integrations.slack.socket.envelope import Envelope, Take
from integrations.slack.socket.keeping import Socket
from integrations.slack.socket.opening import Opening
from integrations.slack.socket.pace import Pace
from integrations.slack.socket.standing import NAME, Standing

__all__ = ["NAME", "Envelope", "Opening", "Pace", "Socket", "Standing", "Take"]
