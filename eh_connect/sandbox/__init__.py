"""The rehearsal: stand-ins for StackOne and Employment Hero on loopback, with made-up secrets only."""
