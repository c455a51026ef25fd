"""The parts of the screen: each draws what it is given and says what was done to it, and knows no other."""
