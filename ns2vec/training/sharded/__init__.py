"""Training whose result depends on the seed and the number of shards, and not on who does the work.

``shards=S`` is a property of a run, as its seed is. Chunk c of an epoch belongs to shard c mod S. In a
*round* each shard starts from the same weights and trains its next chunks one after the other in a copy; what
it has changed in the rows that it touched is merged into the weights in the order of the shards, by a rule
(`ns2vec.training.sharded.merges`). One thread may do the work of all shards, or eight that of one each: the
sums are the same, and so are the bytes.

- `ns2vec.training.sharded.rounds`    which chunks make a round, and which shard has which
- `ns2vec.training.sharded.merges`    rules of merging, by name
- `ns2vec.training.sharded.replicas`  the copy that a worker trains in, and what has changed in it
- `ns2vec.training.sharded.engine`    the rounds of an epoch, whoever trains them
- `ns2vec.training.sharded.threads`   local threads
- `ns2vec.training.sharded.members`   processes of a cluster: rounds, by calls
- `ns2vec.training.sharded.fleet`     who of them is there, was lost and is replaced
- `ns2vec.training.sharded.member`    what one of them does
- `ns2vec.training.sharded.exchange` what they send each other of a round
- `ns2vec.training.sharded.wire`      what travels between them
- `ns2vec.training.sharded.transport` how they are reached: Ray is in `ns2vec.cluster`
"""
