"""Faults on purpose: labelers at work over real HTTP while processes are killed, and a reading back of all they had."""
