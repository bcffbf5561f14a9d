"""Training whose result depends on the seed and the number of shards, and not on which thread or machine
works.

``shards=S`` is a property of a run, like its seed. Chunk c of an epoch belongs to shard c mod S. In a
*round*, each shard starts from the same weights and trains its next chunks one after another in a copy; its
changes in the rows that it touched are merged into the weights in the order of the shards, by a rule
(`ns2vec.training.sharded.merges`). One thread may do the work of all shards, or eight threads that of one
each: the sums are the same, and so are the bytes.

- `ns2vec.training.sharded.rounds`    which chunks make a round, and which shard has which
- `ns2vec.training.sharded.merges`    rules of merging, by name
- `ns2vec.training.sharded.replicas`  the copy that a worker trains in, and its changes
- `ns2vec.training.sharded.engine`    the rounds of an epoch, on any kind of workers
- `ns2vec.training.sharded.threads`   local threads
- `ns2vec.training.sharded.members`   rounds on the processes of a cluster, by calls
- `ns2vec.training.sharded.fleet`     which of them are present, lost and replaced
- `ns2vec.training.sharded.member`    the work of one of them
- `ns2vec.training.sharded.exchange`  what they send each other in a round
- `ns2vec.training.sharded.wire`      the objects that are sent
- `ns2vec.training.sharded.transport` calls between them: Ray is in `ns2vec.cluster`
"""
