"""Charts of the pages: plain numbers in, coordinates and paths of an inline SVG out.

What a chart shows, and in which words, stays with its owner; a page draws what it gets and computes nothing.
"""
