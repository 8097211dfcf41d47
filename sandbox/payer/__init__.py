"""The card holder without a browser: opens the pay page, has the card sign, proves identity, over real HTTP."""
