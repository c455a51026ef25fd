"""schema.org's LiveBlogPosting: as JSON-LD, microdata or RDFa in a page, and joined to the page's own markup."""
