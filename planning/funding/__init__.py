"""Which lines a ceiling pays for, and how many wards that turns ready.

Candidates and ceilings in, a choice with its bound out, decided in whole numbers. Pure.
"""
