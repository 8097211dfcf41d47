"""What the console's screens read: rows of many apps, brought together."""
