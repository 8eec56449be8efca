"""The person's own cases: what they say, and what must and must not come out."""
