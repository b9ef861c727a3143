"""The Django app: every row, rule and page."""
