"""The person's markdown and documents."""
