"""Employment Hero: its Developer Portal, scopes and credentials, the probe, and the hand-over page."""
