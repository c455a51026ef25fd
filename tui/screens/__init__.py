"""What fills the terminal: the main screen, and those that lie over it for a while."""
