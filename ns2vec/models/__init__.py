"""Families of models, each with a core of `ns2vec.training` and its own interface.

- `ns2vec.models.word2vec`      Word2Vec: constructor, and queries about words
- `ns2vec.models.gensim_door`   gensim's methods and names for a trained model
- `ns2vec.models.training`      gensim's methods for training
- `ns2vec.models.vocabulary`    gensim's methods for the step before: the words
- `ns2vec.models.weights`       and their weights and tables
- `ns2vec.models.phrases`       Phrases and FrozenPhrases, which join words before training
- `ns2vec.models.stored`        options, files, pickles, copies
"""
