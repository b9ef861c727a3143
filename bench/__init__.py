"""Speed and memory: `python -m bench [NAME…] [--quick] [--write-docs]`, which is `make bench`.

Everything is measured through the commands and HTTP endpoints that users have, on servers started for it.
"""
