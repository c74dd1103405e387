"""Price lists in versions: each price with its method, document, VAT and cap, typed or taken from a workbook.

``prices``, ``vat``, ``parsing`` and ``plausibility`` are pure.
"""
