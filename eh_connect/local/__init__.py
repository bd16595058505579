"""What is saved on this computer: secrets in the keyring, everything else in one private folder."""
