"""The order of events. No terminal, no HTTP, no keyring: those are handed in (``ports``, ``console``)."""
