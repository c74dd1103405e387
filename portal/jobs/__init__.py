"""Work that takes too long for a request: asked for on a page, done by a worker, looked at on a page of its own.

The queue and what is known of each job lie in huey's storage, never in the tables of the application; what was made lies in files.
"""
