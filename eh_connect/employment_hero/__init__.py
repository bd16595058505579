"""Employment Hero: its Developer Portal, its scopes, its credentials, the credential probe."""
