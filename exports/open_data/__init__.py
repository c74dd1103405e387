"""Tables for whoever computes on: every result and every amount can be worked out from them again."""
