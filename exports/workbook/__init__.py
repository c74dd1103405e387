"""The workbook of a plan: one file per sheet, and ``build`` that joins them.

Every formula carries its value, so that a program that computes nothing shows the same; ``reader`` takes an edited one back.
"""
