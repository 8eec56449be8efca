"""The local browser chat."""
