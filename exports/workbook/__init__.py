"""The workbook of a plan: one file per sheet, styles, a writer whose formulas carry their values, and build."""
