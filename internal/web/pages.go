package web

// Pages returns the paths of all pages, as the table of routes has them, for who looks at each: what stands in braces is the id of something.
func Pages() []string {
	var paths []string
	for _, r := range routes() {
		if r.method == get && r.title != "" {
			paths = append(paths, r.path)
		}
	}
	return paths
}
