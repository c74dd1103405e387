"""Usable surplus of one ward that covers a shortage of another, over the shortest way.

Snapshots and ratings in, proposals out. Pure.
"""
