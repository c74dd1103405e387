"""The questions as data, and what answers to them amount to."""
