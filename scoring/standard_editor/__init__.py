"""Drafts of the next standard: edited, compared with the one in force, simulated on the city, published.

A draft is the text of its TOML file; whoever edited it does not publish it.
"""
