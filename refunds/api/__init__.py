"""The platform's API for refunds, for the calendar that dates them, and for the days that payments and refunds add up to."""
