"""Markdown files that are documentation, program and audit."""
