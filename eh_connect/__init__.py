"""Connect Employment Hero to StackOne: the application, its credentials, the connector profile."""

__version__ = "0.1.0"
