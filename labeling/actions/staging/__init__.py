"""Rows of a file on their way into the database: named, compared with what is there, written in batches."""
