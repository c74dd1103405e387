"""What leaves the house as a file: workbook, letter, brief, figures, open data, and the way back of a workbook.

Amounts and results come from planning and scoring; here they are laid out.
"""
