"""What others read of the portal: heads of pages, structured data, pictures for links, sitemaps, the read API."""
