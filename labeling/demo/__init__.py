"""The small real campaign that `make demo` loads."""
