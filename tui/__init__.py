"""The window onto `feeds`: a Textual application. Importing this package imports no Textual."""
