"""What staff type into the console, checked for form alone."""
