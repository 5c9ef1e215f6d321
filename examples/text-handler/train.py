"""Trains a tokenizer and a classifier of what a sentence asks for, on sentences made of templates, and writes both as Hugging Face's exporters do.

    python train.py     writes model.onnx, tokenizer.json, config.json and test.json, sentences of templates that it never saw
"""
import json
import pathlib
import random

import numpy as np
from onnx import TensorProto, helper, numpy_helper
from sklearn.neural_network import MLPClassifier
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

CITIES = ["Paris", "Rome", "Oslo", "Lisbon", "Berlin", "Madrid", "Vienna", "Prague"]
ROOMS = ["kitchen", "bedroom", "hall", "garage", "office", "bathroom"]
MUSIC = ["jazz", "piano music", "an opera", "rock", "some blues", "a symphony"]
TIMES = ["five minutes", "an hour", "ten minutes", "half an hour", "two hours"]
TEMPLATES = {
    "weather": (CITIES, ["Will it rain in {}?", "What is the weather in {} today?", "How cold is it in {}?", "Do I need an umbrella in {}?",
                         "Is it sunny in {} tomorrow?", "Tell me the temperature in {}."], ["Is it going to rain in {} tomorrow?", "Weather for {} please"]),
    "lights": (ROOMS, ["Turn on the lights in the {}.", "Switch off the lamp in the {}.", "Make the {} brighter.", "It is too dark in the {}.",
                       "Dim the {} lights.", "Please turn off the light in the {}."], ["Lights off in the {}!", "Could you turn on the {} lamp?"]),
    "music": (MUSIC, ["Play {}.", "I want to hear {}.", "Put on {} please.", "Play me some songs, {} if you can.", "Start a playlist with {}.",
                      "Stop the song and play {}."], ["I would like to listen to {}", "Could you play {} now?"]),
    "timer": (TIMES, ["Set a timer for {}.", "Wake me in {}.", "Remind me in {}.", "Start a countdown of {}.", "Set an alarm in {}.",
                      "Count down {} from now."], ["Please remind me after {}", "A timer of {}, please."]),
}
LABELS = list(TEMPLATES)


def sentences(which):
    """[(sentence, number of its label)]; `which`: 0 for those of the training templates, 1 for the others."""
    made = [(template.format(word), LABELS.index(label)) for label, (words, *templates) in TEMPLATES.items()
            for template in templates[which] for word in words]
    random.Random(7).shuffle(made)
    return made


def train_tokenizer(texts):
    """A WordPiece tokenizer in lower case with BERT's [CLS] and [SEP]."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=400, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"]))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")])
    tokenizer.enable_truncation(64)
    return tokenizer


def bags(tokenizer, texts):
    """float[texts, vocabulary]: how large a share of a sentence each token is."""
    bags = np.zeros((len(texts), tokenizer.get_vocab_size()))
    for row, encoding in zip(bags, tokenizer.encode_batch(texts)):
        np.add.at(row, encoding.ids, 1 / len(encoding.ids))
    return bags


def as_onnx(model):
    """A bag of embeddings: input_ids, attention_mask INT64[n, tokens] to logits FP32[n, labels]. The first layer's weights are the embeddings."""
    parts = {"embeddings": model.coefs_[0], "b1": model.intercepts_[0], "w2": model.coefs_[1], "b2": model.intercepts_[1]}
    weights = [numpy_helper.from_array(np.asarray(array, np.float32), name) for name, array in parts.items()]
    weights += [numpy_helper.from_array(np.array([axis]), f"axis{axis}") for axis in (1, 2)]
    node = helper.make_node
    nodes = [node("Gather", ["embeddings", "input_ids"], ["tokens"]), node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
             node("Unsqueeze", ["mask", "axis2"], ["mask3"]), node("Mul", ["tokens", "mask3"], ["kept"]),
             node("ReduceSum", ["kept", "axis1"], ["sum"], keepdims=0), node("ReduceSum", ["mask", "axis1"], ["count"]),
             node("Div", ["sum", "count"], ["mean"]), node("Add", ["mean", "b1"], ["hidden"]), node("Relu", ["hidden"], ["active"]),
             node("Gemm", ["active", "w2", "b2"], ["logits"])]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["n", "tokens"]) for name in ("input_ids", "attention_mask")]
    graph = helper.make_graph(nodes, "intent", inputs, [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", len(LABELS)])], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main():
    train, test = sentences(0), sentences(1)
    tokenizer = train_tokenizer([text for text, _ in train])
    x_train, x_test = (bags(tokenizer, [text for text, _ in part]) for part in (train, test))
    model = MLPClassifier((16,), max_iter=3000, learning_rate_init=0.01, alpha=1e-3, tol=1e-6, random_state=7).fit(x_train, [label for _, label in train])
    pathlib.Path("model.onnx").write_bytes(as_onnx(model).SerializeToString())
    tokenizer.save("tokenizer.json")
    names = {str(number): label for number, label in enumerate(LABELS)}
    pathlib.Path("config.json").write_text(json.dumps({"id2label": names, "problem_type": "single_label_classification"}, indent=1))
    pathlib.Path("test.json").write_text(json.dumps([text for text, _ in test]))
    right = model.score(x_test, [label for _, label in test])
    print(f"trained on {len(train)} sentences; right on {right:.3f} of {len(test)} of other templates")


if __name__ == "__main__":
    main()
