"""The life of a ward's submission: opened with its round, filled in, handed over, confirmed and sent.

Its evidence and its change log belong to it; what a reviewer decides is in the room review.
"""
