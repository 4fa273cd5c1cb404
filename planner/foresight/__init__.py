"""Foresight: what becomes of a running sprint, foretold from what became of earlier ones, and how often it came true.

``reference`` foretells and ``intervals`` keeps what it states honest;
``evaluation`` asks both about sprints that ended.
"""
