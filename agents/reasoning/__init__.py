"""The Reasoner port and its implementations."""
