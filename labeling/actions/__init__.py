"""Writes that touch more than one row, as plain functions grouped by noun."""
