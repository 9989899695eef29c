"""Two profiles become one, and stay one whatever happens on the way."""
