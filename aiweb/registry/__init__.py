"""Text to Registry: reading YAML with the place of every key, typing it, holding it to the rules."""
