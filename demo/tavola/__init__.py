"""Tavola, Demo Town's site for restaurant reservations."""
