"""The tasks, three or four lines each."""
