"""The tests mirror the package: where a module is tested can be told from its name."""

from __future__ import annotations

from pathlib import Path

from sources import PACKAGE, ROOT, at, expect_none, files

# Modules without a test file of their own: what is private, in C or a part is tested through its door.
TESTED_BY = {
    "tests/app/test_server.py": "app/asking app/pages app/problems app/safety",
    "tests/cli/test_app.py": "app/serving",
    "tests/classify/test_classifier.py": (
        "classify/answering classify/calibrating classify/files classify/learning classify/observing "
        "classify/prediction classify/units"
    ),
    "tests/classify/test_features.py": "inputs/_codes classify/_lines classify/lines reference/lines",
    "tests/classify/test_single.py": "classify/_text",
    "tests/classify/test_tokens.py": "inputs/_words",
    "tests/classify/test_tree_search.py": "classify/_likeliest",
    "tests/classify/test_tuning.py": "classify/judging classify/space classify/trials",
    "tests/cluster/test_cluster.py": "cli/clusters cluster/workers",
    "tests/cluster/test_ray.py": "cluster/datasets cluster/transport",
    "tests/cli/test_evaluate.py": "cli/common evaluation/_columns",
    "tests/cli/test_info.py": "_build_info",
    "tests/compat/test_signatures.py": "compat/gensim/convert callbacks",
    "tests/compat/gensim/test_alias.py": "compat/gensim/site/sitecustomize",
    "tests/comparison/test_compare.py": "comparison/trials",
    "tests/corpus/test_sources.py": "corpus/base corpus/files corpus/iterables",
    "tests/evaluation/ranking/test_ranks.py": "evaluation/ranking/metrics",
    "tests/evaluation/ranking/test_runner.py": "evaluation/ranking/reports",
    "tests/evaluation/test_facts.py": "evaluation/facts_sentences",
    "tests/evaluation/test_html_report.py": "reports/html",
    "tests/evaluation/test_readers.py": "evaluation/_lines",
    "tests/formats/test_fasttext_bin.py": (
        "formats/fasttext_model formats/fasttext_parts formats/fasttext_quantized"
    ),
    "tests/formats/test_native.py": "formats/keys formats/npy formats/state",
    "tests/formats/test_word2vec.py": (
        "formats/blocks formats/table formats/word2vec_binary formats/word2vec_text"
    ),
    "tests/formats/test_hardening.py": "formats/limits",
    "tests/house/test_stubs.py": "_kernels _typing exceptions",
    "tests/kernels/test_modes.py": "reference/readers reference/sides reference/targets",
    "tests/kernels/test_parity.py": "reference/objectives reference/training",
    "tests/kernels/test_cuts.py": "reference/cuts reference/steps",
    "tests/kernels/test_reference.py": "reference/streams",
    "tests/kernels/test_runs.py": "reference/runs",
    "tests/app/rooms/test_training.py": "app/metrics",
    "tests/ledger/test_reading.py": "ledger/events ledger/run_record ledger/runs",
    "tests/ledger/test_writing.py": "ledger/control",
    "tests/graph/test_sage.py": "graph/sage_layers",
    "tests/graph/test_walks.py": "reference/walks",
    "tests/families/test_graph.py": "graph/model graph/walking",
    "tests/inputs/test_ngrams.py": "reference/subwords",
    "tests/kernels/test_samplers.py": "reference/samplers",
    "tests/keyedvectors/test_files.py": "keyedvectors/word2vec_files",
    "tests/keyedvectors/test_saving.py": "formats/fitting formats/saving",
    "tests/keyedvectors/test_search.py": "keyedvectors/items",
    "tests/keyedvectors/test_storage.py": "keyedvectors/model",
    "tests/parity/test_gensim_evaluation.py": "reference/evaluation",
    "tests/parity/test_gensim_word2vec.py": "vocab/subsampling vocab/trim",
    "tests/recommend/test_factorization_machine.py": "recommend/feature_units",
    "tests/recommend/test_pair_model.py": "recommend/factorization",
    "tests/recommend/test_propagation.py": "recommend/_spread",
    "tests/recommend/test_reading.py": "recommend/tables",
    "tests/recommend/test_recommender.py": "recommend/answers",
    "tests/recommend/test_serving.py": "recommend/_best",
    "tests/sampling/test_aware.py": "reference/aware",
    "tests/sampling/test_bound.py": "sampling/noise",
    "tests/sampling/test_static.py": "sampling/_draws",
    "tests/sklearn/test_sklearn.py": "sklearn/linear sklearn/text",
    "tests/similarity/test_nearest.py": "similarity/products",
    "tests/similarity/test_scan.py": "similarity/_dots",
    "tests/models/test_errors.py": "models/deprecations",
    "tests/models/test_fasttext.py": (
        "fasttext keyedvectors/ngram_rows keyedvectors/subwords models/facebook models/subword_units"
    ),
    "tests/models/test_online.py": "models/weights vocab/growth",
    "tests/models/test_phrases.py": (
        "models/frozen_phrases models/phrase_joining models/phrase_scores phrases"
    ),
    "tests/models/test_vocabulary.py": "training/tables vocab/vocabulary",
    "tests/models/test_word2vec.py": (
        "models/gensim_door models/observers models/parts models/training word2vec"
    ),
    "tests/training/sharded/test_engine.py": "training/sharded/threads",
    "tests/training/sharded/test_members.py": "training/sharded/fleet training/sharded/transport",
    "tests/training/sharded/test_merge.py": "reference/merges training/sharded/merges",
    "tests/training/sharded/test_parts.py": "reference/parts training/sharded/exchange",
    "tests/training/sharded/test_wire.py": "training/sharded/member",
    "tests/training/test_checkpoints.py": "models/resuming",
    "tests/training/test_loop.py": "training/progress",
    "tests/training/test_network.py": "training/worker",
    "tests/vocab/test_huffman.py": "vocab/_heap",
}


def mirrored(module: Path) -> list[Path]:
    """Where the tests of a module may be: in the file of its name, or in that of its package.

    >>> [path.relative_to(ROOT).as_posix() for path in mirrored(PACKAGE / "corpus" / "_scan.pyx")]
    ['tests/corpus/test_scan.py', 'tests/test_corpus.py']
    """
    folder = ROOT / "tests" / module.relative_to(PACKAGE).parent
    own = folder / f"test_{module.stem.lstrip('_')}.py"
    return [own] if module.parent == PACKAGE else [own, folder.parent / f"test_{folder.name}.py"]


def is_tested(module: Path) -> bool:
    return module.stem in {"__init__", "__main__"} or any(path.exists() for path in mirrored(module))


def test_every_module_has_its_test_file():
    elsewhere = {f"ns2vec/{name}" for names in TESTED_BY.values() for name in names.split()}
    modules = [path for path in files(".py", ".pyx", folders=("ns2vec",)) if not is_tested(path)]
    expect_none(
        (
            f"{at(path)}: no {mirrored(path)[0].relative_to(ROOT).as_posix()}"
            for path in modules
            if path.relative_to(ROOT).with_suffix("").as_posix() not in elsewhere
        ),
        "Give these modules the test file of their name, or a place in TESTED_BY.",
    )


def test_the_table_says_what_is():
    wrong = [path for path in TESTED_BY if not (ROOT / path).exists()]
    for name in (name for names in TESTED_BY.values() for name in names.split()):
        found = [path for end in (".py", ".pyx") if (path := (PACKAGE / name).with_suffix(end)).exists()]
        wrong += [] if found and not is_tested(found[0]) else [f"ns2vec/{name}"]
    expect_none(wrong, "Take these out of TESTED_BY: they are gone, or have a test file of their name.")
