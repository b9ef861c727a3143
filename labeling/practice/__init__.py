"""Practice: real solutions with the place of their first error, and why it is there; see README.md for the sources."""
