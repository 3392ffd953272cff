"""Server side of the pages and the HTTP API; `static/` holds the pages themselves."""
