"""Usable surplus of one ward that covers a shortage of another, over the shortest way.

Pure: snapshots and ratings in, proposals out.
"""
