"""What happens in which order. Terminal, network and keyring are handed in (``parts``, ``console``)."""
