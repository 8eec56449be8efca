"""Mercato, Demo Town's shop."""
