"""The Django project: wiring, no behaviour."""
