"""What tests are made of: standards, prices, snapshots, plans and people, as plain functions named after what they give.

A factory asserts nothing and asks nothing of a database that it is not handed.
"""
