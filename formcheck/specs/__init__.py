"""Exercise spec files: their form, and how they are found and read."""
