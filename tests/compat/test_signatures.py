"""Parameters of the public methods: names, kinds, order and defaults are those of gensim 4.4."""

from __future__ import annotations

import inspect
import re

import numpy as np
import pytest

from ns2vec.callbacks import CallbackAny2Vec
from ns2vec.corpus import BrownCorpus, LineSentence, PathLineSentences, Text8Corpus
from ns2vec.corpus.tagged import TaggedBrownCorpus, TaggedDocument, TaggedLineDocument
from ns2vec.fasttext import FastText, FastTextKeyedVectors
from ns2vec.keyedvectors import KeyedVectors
from ns2vec.models.doc2vec import Doc2Vec
from ns2vec.phrases import FrozenPhrases, Phrases
from ns2vec.word2vec import Word2Vec

CLASSES = {
    cls.__name__: cls
    for cls in (
        BrownCorpus, CallbackAny2Vec, Doc2Vec, FastText, FastTextKeyedVectors, FrozenPhrases, KeyedVectors,
        LineSentence, PathLineSentences, Phrases, TaggedBrownCorpus, TaggedDocument, TaggedLineDocument,
        Text8Corpus, Word2Vec,
    )
}  # fmt: skip

MODULES = ("word2vec", "keyedvectors", "callbacks", "doc2vec", "phrases", "fasttext")

# gensim 4.4; a class is named once in front of each of its methods
SIGNATURES = """
BrownCorpus.__init__(self, dirname)
BrownCorpus.__iter__(self)
LineSentence.__init__(self, source, max_sentence_length=10000, limit=None)
LineSentence.__iter__(self)
PathLineSentences.__init__(self, source, max_sentence_length=10000, limit=None)
PathLineSentences.__iter__(self)
Text8Corpus.__init__(self, fname, max_sentence_length=10000)
Text8Corpus.__iter__(self)
Word2Vec.__init__(self, sentences=None, corpus_file=None, vector_size=100, alpha=0.025, window=5,
    min_count=5, max_vocab_size=None, sample=0.001, seed=1, workers=3, min_alpha=0.0001, sg=0, hs=0,
    negative=5, ns_exponent=0.75, cbow_mean=1, hashfxn=hash, epochs=5, null_word=0, trim_rule=None,
    sorted_vocab=1, batch_words=10000, compute_loss=False, callbacks=(), comment=None,
    max_final_vocab=None, shrink_windows=True)
Word2Vec.__str__(self)
Word2Vec._check_training_sanity(self, epochs=0, total_examples=None, total_words=None, **kwargs)
Word2Vec._clear_post_train(self)
Word2Vec._do_train_job(self, sentences, alpha, inits)
Word2Vec._get_thread_working_mem(self)
Word2Vec._raw_word_count(self, job)
Word2Vec.add_lifecycle_event(self, event_name, log_level=20, **event)
Word2Vec.add_null_word(self)
Word2Vec.build_vocab(self, corpus_iterable=None, corpus_file=None, update=False, progress_per=10000,
    keep_raw_vocab=False, trim_rule=None, **kwargs)
Word2Vec.build_vocab_from_freq(self, word_freq, keep_raw_vocab=False, corpus_count=None, trim_rule=None,
    update=False)
Word2Vec.create_binary_tree(self)
Word2Vec.estimate_memory(self, vocab_size=None, report=None)
Word2Vec.get_latest_training_loss(self)
Word2Vec.init_sims(self, replace=False)
Word2Vec.init_weights(self)
Word2Vec.load(cls, *args, rethrow=False, **kwargs)
Word2Vec.make_cum_table(self, domain=2147483647)
Word2Vec.predict_output_word(self, context_words_list, topn=10)
Word2Vec.prepare_vocab(self, update=False, keep_raw_vocab=False, trim_rule=None, min_count=None,
    sample=None, dry_run=False)
Word2Vec.prepare_weights(self, update=False)
Word2Vec.reset_from(self, other_model)
Word2Vec.save(self, *args, **kwargs)
Word2Vec.scan_vocab(self, corpus_iterable=None, corpus_file=None, progress_per=10000, workers=None,
    trim_rule=None)
Word2Vec.score(self, sentences, total_sentences=1000000, chunksize=100, queue_factor=2, report_delay=1)
Word2Vec.seeded_vector(self, seed_string, vector_size)
Word2Vec.train(self, corpus_iterable=None, corpus_file=None, total_examples=None, total_words=None,
    epochs=None, start_alpha=None, end_alpha=None, word_count=0, queue_factor=2, report_delay=1.0,
    compute_loss=False, callbacks=(), **kwargs)
Word2Vec.update_weights(self)
Doc2Vec.__init__(self, documents=None, corpus_file=None, vector_size=100, dm_mean=None, dm=1, dbow_words=0,
    dm_concat=0, dm_tag_count=1, dv=None, dv_mapfile=None, comment=None, trim_rule=None, callbacks=(),
    window=5, epochs=10, shrink_windows=True, **kwargs)
Doc2Vec.__getitem__(self, tag)
Doc2Vec.__str__(self)
Doc2Vec._clear_post_train(self)
Doc2Vec._do_train_job(self, job, alpha, inits)
Doc2Vec._get_offsets_and_start_doctags_for_corpusfile(cls, corpus_file, workers)
Doc2Vec._raw_word_count(self, job)
Doc2Vec.build_vocab(self, corpus_iterable=None, corpus_file=None, update=False, progress_per=10000,
    keep_raw_vocab=False, trim_rule=None, **kwargs)
Doc2Vec.build_vocab_from_freq(self, word_freq, keep_raw_vocab=False, corpus_count=None, trim_rule=None,
    update=False)
Doc2Vec.estimate_memory(self, vocab_size=None, report=None)
Doc2Vec.estimated_lookup_memory(self)
Doc2Vec.infer_vector(self, doc_words, alpha=None, min_alpha=None, epochs=None)
Doc2Vec.init_sims(self, replace=False)
Doc2Vec.init_weights(self)
Doc2Vec.load(cls, *args, **kwargs)
Doc2Vec.reset_from(self, other_model)
Doc2Vec.save_word2vec_format(self, fname, doctag_vec=False, word_vec=True, prefix='*dt_', fvocab=None,
    binary=False)
Doc2Vec.scan_vocab(self, corpus_iterable=None, corpus_file=None, progress_per=100000, trim_rule=None)
Doc2Vec.similarity_unseen_docs(self, doc_words1, doc_words2, alpha=None, min_alpha=None, epochs=None)
Doc2Vec.train(self, corpus_iterable=None, corpus_file=None, total_examples=None, total_words=None,
    epochs=None, start_alpha=None, end_alpha=None, word_count=0, queue_factor=2, report_delay=1.0,
    callbacks=(), **kwargs)
TaggedBrownCorpus.__init__(self, dirname)
TaggedBrownCorpus.__iter__(self)
TaggedDocument.__str__(self)
TaggedLineDocument.__init__(self, source)
TaggedLineDocument.__iter__(self)
KeyedVectors.__init__(self, vector_size, count=0, dtype=numpy.float32, mapfile_path=None)
KeyedVectors.__contains__(self, key)
KeyedVectors.__getitem__(self, key_or_keys)
KeyedVectors.__len__(self)
KeyedVectors.__setitem__(self, keys, weights)
KeyedVectors.__str__(self)
KeyedVectors.add_lifecycle_event(self, event_name, log_level=20, **event)
KeyedVectors.add_vector(self, key, vector)
KeyedVectors.add_vectors(self, keys, weights, extras=None, replace=False)
KeyedVectors.allocate_vecattrs(self, attrs=None, types=None)
KeyedVectors.closer_than(self, key1, key2)
KeyedVectors.cosine_similarities(vector_1, vectors_all)
KeyedVectors.distance(self, w1, w2)
KeyedVectors.distances(self, word_or_vector, other_words=())
KeyedVectors.doesnt_match(self, words)
KeyedVectors.evaluate_word_analogies(self, analogies, restrict_vocab=300000, case_insensitive=True,
    dummy4unknown=False, similarity_function='most_similar')
KeyedVectors.evaluate_word_pairs(self, pairs, delimiter='\\t', encoding='utf8', restrict_vocab=300000,
    case_insensitive=True, dummy4unknown=False)
KeyedVectors.fill_norms(self, force=False)
KeyedVectors.get_index(self, key, default=None)
KeyedVectors.get_mean_vector(self, keys, weights=None, pre_normalize=True, post_normalize=False,
    ignore_missing=True)
KeyedVectors.get_normed_vectors(self)
KeyedVectors.get_vecattr(self, key, attr)
KeyedVectors.get_vector(self, key, norm=False)
KeyedVectors.has_index_for(self, key)
KeyedVectors.init_sims(self, replace=False)
KeyedVectors.intersect_word2vec_format(self, fname, lockf=0.0, binary=False, encoding='utf8',
    unicode_errors='strict')
KeyedVectors.load_word2vec_format(cls, fname, fvocab=None, binary=False, encoding='utf8',
    unicode_errors='strict', limit=None, datatype=numpy.float32, no_header=False)
KeyedVectors.log_accuracy(section)
KeyedVectors.log_evaluate_word_pairs(pearson, spearman, oov, pairs)
KeyedVectors.most_similar(self, positive=None, negative=None, topn=10, clip_start=0, clip_end=None,
    restrict_vocab=None, indexer=None)
KeyedVectors.most_similar_cosmul(self, positive=None, negative=None, topn=10, restrict_vocab=None)
KeyedVectors.most_similar_to_given(self, key1, keys_list)
KeyedVectors.n_similarity(self, ws1, ws2)
KeyedVectors.rank(self, key1, key2)
KeyedVectors.rank_by_centrality(self, words, use_norm=True)
KeyedVectors.relative_cosine_similarity(self, wa, wb, topn=10)
KeyedVectors.resize_vectors(self, seed=0)
KeyedVectors.save(self, *args, **kwargs)
KeyedVectors.save_word2vec_format(self, fname, fvocab=None, binary=False, total_vec=None,
    write_header=True, prefix='', append=False, sort_attr='count')
KeyedVectors.set_vecattr(self, key, attr, val)
KeyedVectors.similar_by_key(self, key, topn=10, restrict_vocab=None)
KeyedVectors.similar_by_vector(self, vector, topn=10, restrict_vocab=None)
KeyedVectors.similar_by_word(self, word, topn=10, restrict_vocab=None)
KeyedVectors.similarity(self, w1, w2)
KeyedVectors.similarity_unseen_docs(self, *args, **kwargs)
KeyedVectors.sort_by_descending_frequency(self)
KeyedVectors.unit_normalize_all(self)
KeyedVectors.vectors_for_all(self, keys, allow_inference=True, copy_vecattrs=False)
KeyedVectors.wmdistance(self, document1, document2, norm=True)
KeyedVectors.word_vec(self, *args, **kwargs)
KeyedVectors.words_closer_than(self, word1, word2)
Phrases.__init__(self, sentences=None, min_count=5, threshold=10.0, max_vocab_size=40000000,
    delimiter='_', progress_per=10000, scoring='default', connector_words=frozenset())
Phrases.__getitem__(self, sentence)
Phrases.__str__(self)
Phrases._learn_vocab(sentences, max_vocab_size, delimiter, connector_words, progress_per)
Phrases.add_lifecycle_event(self, event_name, log_level=20, **event)
Phrases.add_vocab(self, sentences)
Phrases.analyze_sentence(self, sentence)
Phrases.export_phrases(self)
Phrases.find_phrases(self, sentences)
Phrases.freeze(self)
Phrases.load(cls, *args, **kwargs)
Phrases.score_candidate(self, word_a, word_b, in_between)
FrozenPhrases.__init__(self, phrases_model)
FrozenPhrases.__getitem__(self, sentence)
FrozenPhrases.__str__(self)
FrozenPhrases.add_lifecycle_event(self, event_name, log_level=20, **event)
FrozenPhrases.analyze_sentence(self, sentence)
FrozenPhrases.find_phrases(self, sentences)
FrozenPhrases.load(cls, *args, **kwargs)
FrozenPhrases.score_candidate(self, word_a, word_b, in_between)
FastText.__init__(self, sentences=None, corpus_file=None, sg=0, hs=0, vector_size=100, alpha=0.025, window=5,
    min_count=5, max_vocab_size=None, word_ngrams=1, sample=0.001, seed=1, workers=3, min_alpha=0.0001,
    negative=5, ns_exponent=0.75, cbow_mean=1, hashfxn=hash, epochs=5, null_word=0, min_n=3, max_n=6,
    sorted_vocab=1, bucket=2000000, trim_rule=None, batch_words=10000, callbacks=(), max_final_vocab=None,
    shrink_windows=True)
FastText._clear_post_train(self)
FastText.estimate_memory(self, vocab_size=None, report=None)
FastText.init_sims(self, replace=False)
FastText.load(cls, *args, **kwargs)
FastText.load_binary_data(self, encoding='utf8')
FastText.load_fasttext_format(cls, model_file, encoding='utf8')
FastText.save(self, *args, **kwargs)
FastTextKeyedVectors.__init__(self, vector_size, min_n, max_n, bucket, count=0, dtype=numpy.float32)
FastTextKeyedVectors.__contains__(self, word)
FastTextKeyedVectors.adjust_vectors(self)
FastTextKeyedVectors.get_sentence_vector(self, sentence)
FastTextKeyedVectors.get_vector(self, word, norm=False)
FastTextKeyedVectors.init_post_load(self, fb_vectors)
FastTextKeyedVectors.load(cls, fname_or_handle, **kwargs)
FastTextKeyedVectors.recalc_char_ngram_buckets(self)
FastTextKeyedVectors.resize_vectors(self, seed=0)
FastTextKeyedVectors.save(self, *args, **kwargs)
CallbackAny2Vec.on_epoch_begin(self, model)
CallbackAny2Vec.on_epoch_end(self, model)
CallbackAny2Vec.on_train_begin(self, model)
CallbackAny2Vec.on_train_end(self, model)
"""


def joined() -> list[str]:
    """The signatures, one string each."""
    return re.sub(r"\n {4}", " ", SIGNATURES.strip()).split("\n")


def expected_of(text: str) -> inspect.Signature:
    """The signature that a text spells."""
    namespace = {"numpy": np}
    exec(f"def f{text[text.index('(') :]}: pass", namespace)
    return inspect.signature(namespace["f"])


def parameters(signature: inspect.Signature) -> list[tuple]:
    """(name, kind, default) of all but keyword-only parameters, without self and cls."""
    kept = [p for p in signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]
    return [(p.name, p.kind, p.default) for p in kept if p.name not in ("self", "cls")]


@pytest.mark.parametrize("text", joined(), ids=lambda text: text.split("(")[0])
def test_parameters_are_gensims(text):
    class_name, method_name = text.split("(")[0].split(".")
    method = inspect.getattr_static(CLASSES[class_name], method_name)
    found = inspect.signature(getattr(method, "__func__", method))
    expected = expected_of(text)
    assert parameters(found) == parameters(expected)
    theirs = {p.name: p.default for p in expected.parameters.values() if p.kind is p.KEYWORD_ONLY}
    ours = {p.name: p.default for p in found.parameters.values() if p.kind is p.KEYWORD_ONLY}
    assert theirs.items() <= ours.items()
    needed = [name for name, default in ours.items() if default is inspect.Parameter.empty]
    assert needed == [], "what ns2vec adds is optional"


@pytest.mark.parity
def test_the_list_is_that_of_the_installed_gensim():
    gensim = pytest.importorskip("gensim", reason="gensim is not installed")
    if not gensim.__version__.startswith("4.4."):
        pytest.skip(f"the list is that of gensim 4.4, installed is {gensim.__version__}")
    from gensim.models import callbacks, doc2vec, fasttext, keyedvectors, phrases, word2vec

    modules = word2vec, keyedvectors, callbacks, doc2vec, phrases, fasttext
    for text in joined():
        class_name, method_name = text.split("(")[0].split(".")
        module = next(m for m in modules if hasattr(m, class_name))
        theirs = inspect.signature(inspect.unwrap(getattr(getattr(module, class_name), method_name)))
        assert parameters(theirs) == parameters(expected_of(text)), text


@pytest.mark.parity
def test_no_public_method_is_left_out():
    models = pytest.importorskip("gensim.models", reason="gensim is not installed")
    modules = [getattr(models, name) for name in MODULES]
    listed = {text.split("(")[0] for text in joined()}
    for name in CLASSES:
        module = next(module for module in modules if hasattr(module, name))
        theirs = vars(getattr(module, name))
        public = {f"{name}.{key}" for key in theirs if callable(getattr(getattr(module, name), key, None))}
        assert {key for key in public if "._" not in key} <= listed
