"""The study: what a label chosen by a selector is worth, on a domain where every step can be checked exactly."""
