"""The reasoner that needs no key and no network: rules, tables, local embeddings."""
