"""Albergo, Demo Town's site for rooms."""
