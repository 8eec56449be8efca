"""Doing: a browser, a barrier, a mandate and its ledger."""
