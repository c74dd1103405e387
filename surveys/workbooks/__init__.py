"""The survey as Excel files: the form of one ward, the answers of the city, the board of a round.

The first two come back filled in: each import is previewed or checked as a whole before anything is stored.
"""
