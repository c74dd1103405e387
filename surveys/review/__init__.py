"""The work of the reviewer: the board of a round, the queue, the decision, reminders, and who sent in time.

An approved submission becomes a snapshot here.
"""
