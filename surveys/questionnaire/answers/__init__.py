"""The kinds of answers: one file for each, with its fields, the parsing of its entries and their description in words.

kinds.py is the table of them.
"""
