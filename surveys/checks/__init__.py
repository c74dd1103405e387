"""What can be said about a submission: its state, its entries, their validation and anomalies, the remarks on it.

The officer before sending and the reviewer after it see the same.
"""
