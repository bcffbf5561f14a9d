"""Which rows become negatives, and with what probability.

- `ns2vec.sampling.base`     the base class of samplers
- `ns2vec.sampling.bound`    a sampler bound to one vocabulary
- `ns2vec.sampling.static`   one distribution for all windows: unigram, random, uniform, log_uniform
- `ns2vec.sampling.shared`   batch, pool, and mixtures of samplers
- `ns2vec.sampling.aware`    looking at the model: dynamic, hard, adaptive, cached, self_adversarial
- `ns2vec.sampling.steering` how these change while the model trains
- `ns2vec.sampling.policies` their choices alone, on a matrix of scores
- `ns2vec.sampling.interface` their interface in C, for ctypes
- `ns2vec.sampling.custom`   custom functions
- `ns2vec.sampling.spec`     from ``sampler="name:option=value"`` to a sampler
- `ns2vec.sampling.report`   what a sampler prefers and leaves out
"""

from ns2vec.sampling.alias import build_alias_table
from ns2vec.sampling.aware import Adaptive, AwareSampler, Cached, Dynamic, Hard, SelfAdversarial, Warp
from ns2vec.sampling.base import SAMPLERS, BlockFunction, NoiseData, Sampler, Source
from ns2vec.sampling.bound import BoundSampler
from ns2vec.sampling.custom import FromCallable, LowLevel
from ns2vec.sampling.negatives import get_negative_samples
from ns2vec.sampling.noise import make_cum_table, noise_distribution, weights_of_cum_table
from ns2vec.sampling.policies import POLICIES
from ns2vec.sampling.report import sampler_report
from ns2vec.sampling.shared import Batch, Mixed, Pool
from ns2vec.sampling.spec import make_sampler
from ns2vec.sampling.static import LogUniform, Random, StaticSampler, Uniform, Unigram
from ns2vec.sampling.steering import Anneal, Hardness

__all__ = [
    "Adaptive",
    "Anneal",
    "AwareSampler",
    "Batch",
    "BlockFunction",
    "BoundSampler",
    "Cached",
    "Dynamic",
    "FromCallable",
    "Hard",
    "Hardness",
    "LogUniform",
    "LowLevel",
    "Mixed",
    "NoiseData",
    "POLICIES",
    "Pool",
    "Random",
    "SAMPLERS",
    "Sampler",
    "SelfAdversarial",
    "Source",
    "StaticSampler",
    "Uniform",
    "Unigram",
    "Warp",
    "build_alias_table",
    "get_negative_samples",
    "make_cum_table",
    "make_sampler",
    "noise_distribution",
    "sampler_report",
    "weights_of_cum_table",
]
