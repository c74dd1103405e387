"""A ward's form on its way: opened, filled in, handed over, sent, with its evidence and its change log."""
