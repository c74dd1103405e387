"""The units of the territory: their codes, names and former districts, in the official order.

``wards`` reads the published table and is pure; ``queries`` finds one by name, with or without diacritics.
"""
