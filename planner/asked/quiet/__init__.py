"""Peace and quiet asked for: snooze, mute, pause, and what somebody has therefore not been told."""
