"""A client of StackOne's platform API, usable as a library.

``client`` and ``sessions`` have the documented calls, ``assumed_writes`` the ones that StackOne doesn't document.
"""
