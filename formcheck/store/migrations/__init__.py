"""The steps from each schema of the record to the next; a published step is never changed."""
