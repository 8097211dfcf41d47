"""What ./run and ./test are made of; standard library only, so that it works before anything is installed."""
