"""What leaves the house as a file: workbook, letter, brief, figures, open data, and the way back of a workbook."""
