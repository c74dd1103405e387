"""The brief of the city, of a former district or of a ward: its content once, as page, PDF and Word file.

``loading`` reads, ``brief`` and ``content`` are pure, the other files only set what they are given.
"""
