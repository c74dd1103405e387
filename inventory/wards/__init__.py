"""The units of the territory: their codes, names, former districts, and how to find one by a typed name."""
