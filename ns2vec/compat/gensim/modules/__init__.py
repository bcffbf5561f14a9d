"""gensim's modules, in ns2vec's words: each holds the names that its namesake has for word vectors."""
