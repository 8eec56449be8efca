"""Language models behind the Reasoner port: what they share, and one module for each vendor's wire format."""
