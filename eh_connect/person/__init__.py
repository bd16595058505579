"""The person: what is asked, how it is drawn, and their browser and clipboard."""
