"""A client of StackOne's platform API, usable as a library.

``client`` holds the documented calls, ``assumed_writes`` the ones that nobody has published.
"""
