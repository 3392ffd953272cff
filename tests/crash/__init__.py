"""Our server is killed again and again while people are on the phone. None of them may notice more than a pause."""
