"""A second computation of findings, ratings and amounts, from the files of an export alone.

It is written from docs/open-data.md and docs/tieu-chuan.md and knows nothing of the first one, which a contract holds.
"""
