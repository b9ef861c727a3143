"""pytest plugins: what must run before Django's settings are read."""
