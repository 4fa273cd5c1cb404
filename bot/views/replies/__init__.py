"""Answers that need more than a line, each in a file of its own."""
