"""One file a channel: `parse` what came in, `render` what goes out, and a loop that does nothing clever."""
