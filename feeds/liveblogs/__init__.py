"""What the adapters of live blogs share: pieces of pages, older posts, times of day, the blog that comes next."""
