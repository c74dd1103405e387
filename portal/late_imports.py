"""Libraries that no page needs are loaded with the first file that needs them, by one thread at a time.

python-docx imports itself in a circle: of two threads that begin with it at different ends, one finds half of it and fails.
"""

from threading import RLock

ONE_AT_A_TIME = RLock()
