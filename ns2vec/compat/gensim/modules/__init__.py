"""gensim's modules, implemented by ns2vec: each has the names that gensim's module has for word vectors."""
