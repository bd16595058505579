"""The command line: it reads the flags, wires the real parts, calls a flow, and shows what came of it."""
