"""The generated files: what follows from contracts, models and settings."""
