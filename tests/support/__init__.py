"""How tests run: applications, databases, people who sign in, browsers, and the programs that read a workbook back.

conftest.py lists the files here that bring fixtures.
"""
