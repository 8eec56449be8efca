"""Demo Town and a sample person's home."""
