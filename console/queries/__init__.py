"""What the console's screens read: joined over the apps, set by set."""
