"""What staff may ask the console for, checked."""
