"""Everything that must be right between the agent and a company, by name, each with a remedy.

``pm test-connections`` asks all of it, ``/ready`` the quick part, and ``pm webhooks`` repairs what it can.
"""
