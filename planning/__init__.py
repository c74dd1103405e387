"""What to buy, move or lease, when, and from which money: the plan with its scenarios, its ceilings and its transfers.

It needs ratings, snapshots and wards, never a submission. Files that leave the house are made one floor above, in exports.
"""
