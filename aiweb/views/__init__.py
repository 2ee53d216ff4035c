"""One file a format. A result becomes a Report, and a Report becomes text, JSON, CSV or Markdown."""
