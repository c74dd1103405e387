"""The plan itself: its lines, the rules they follow, and what may be read off them.

Values and functions over frozen dataclasses; no request and no database. Pure.
"""
