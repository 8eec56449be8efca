"""The pages that people see, one module each."""
