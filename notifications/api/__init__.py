"""What a platform reads of its notices: the event feed, its webhook endpoints and their deliveries."""
