"""The shell that every room stands in: settings, database, formats, navigation, base page.

Imports none of the others: what they have to say to each other is registered here and joined at the root.
"""
