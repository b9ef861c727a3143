"""Chains of sums: problems, a policy with habits that answers them, and a verifier that knows only the text."""
