"""Named plans that people keep: stored, loaded, changed by hand, compared, and fixed for good.

Turns stored rows into the values of planning.plan and back.
"""
