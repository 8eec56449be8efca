"""Recommend, decide, do."""
