"""What eh-connect shows of itself without a command. No parser is loaded for it: that takes most of the time."""

from __future__ import annotations

from eh_connect import __version__

NAMES = {
    "setup": "Set up the connector profile at StackOne",
    "verify": "Test a profile by a real sign-in",
    "link": "Make a link to connect a customer's account",
    "status": "Show what is set up, and what is due",
    "rotate": "Replace the Client Secret",
    "guide": "Show every step with its exact values",
    "doctor": "Find what is wrong: keyring, network, API key",
    "remove": "Forget a profile on this computer",
    "sandbox": "Serve the simulated services until Ctrl+C",
}
"""The name of each command, and what it does."""

_COMMANDS = "\n".join(f"  {name:<8} {does}" for name, does in NAMES.items())

HELP = f"""\
Usage: eh-connect COMMAND [OPTIONS]

Connect Employment Hero to StackOne: from an OAuth application to a connector
profile.

Start with:
  eh-connect setup
  eh-connect setup --sandbox
      the same, with everything simulated on this computer

Commands:
{_COMMANDS}

Options:
  --version             Show the version
  --install-completion  Install completion for the current shell
  --show-completion     Show completion for the current shell
  -h, --help            Show this help; with a command, that command's
"""


def overview(arguments: list[str]) -> str | None:
    """Return the text that answers these arguments; None where they need the parser."""
    if arguments == ["--version"]:
        return f"eh-connect {__version__}\n"
    return HELP if arguments in (["-h"], ["--help"]) else None
