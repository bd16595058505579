"""The commands: flags, wiring of the real parts, the one error funnel."""
