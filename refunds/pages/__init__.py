"""Where is my refund? Its answer, the calendar picture, and the note to keep."""
