"""Price lists in versions: each price with its method, document, VAT and cap, typed or imported from a workbook.

``prices``, ``vat``, ``parsing`` and ``plausibility`` are pure.
"""
