"""What an attribute is: definitions, the default catalogue, and the rules for new ones."""
