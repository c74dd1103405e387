"""One file per kind of answer: what its fields are, and how typed text becomes a value or a message. kinds.py is the table."""
