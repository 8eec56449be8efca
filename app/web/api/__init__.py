"""The HTTP doors that other programs use, and the pages too."""
