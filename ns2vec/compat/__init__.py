"""ns2vec under the names of other packages."""
