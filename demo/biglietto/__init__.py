"""Biglietto, Demo Town's box office for local events."""
