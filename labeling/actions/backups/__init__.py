"""A whole installation in one file, and back: rows, models, uploads, exports."""
