"""Questions asked of the ratings: how near, how sensitive, since when, and until when.

Everything is computed from published standards and approved snapshots; nothing is stored.
"""
