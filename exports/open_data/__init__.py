"""Tables of answers, standards, ratings and prices as CSV, for whoever computes on.

Every result and every amount can be worked out from them again.
"""
