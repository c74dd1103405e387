"""The shell that every room stands in: settings, database, formats, navigation, base page. Imports none of the others."""
