"""What staff type into the console's screens."""
