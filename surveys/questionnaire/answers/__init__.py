"""One file per kind of answer: what its fields are, and how typed text becomes a value. kinds.py is the table."""
