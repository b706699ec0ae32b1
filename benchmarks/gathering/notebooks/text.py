import random
words_good = "good great fine happy love best".split()
words_bad = "bad awful sad worst hate poor".split()
# %%
texts, labels = [], []
for _ in range(200):
    label = random.random() < 0.5
    source = words_good if label else words_bad
    texts.append(" ".join(random.choice(source + ["the", "film", "was"]) for _ in range(6)))
    labels.append(int(label))
# %%
def clean(text):
    return text.lower().replace("the ", "")
# %%
texts = [clean(text) for text in texts]
len(texts)
# %%
from sklearn.feature_extraction.text import TfidfVectorizer
vectorizer = TfidfVectorizer(min_df=2)
X = vectorizer.fit_transform(texts)
# %%
order = list(range(len(texts)))
random.shuffle(order)
# %%
%%track bayes
from sklearn.naive_bayes import MultinomialNB
train, test = order[:150], order[150:]
clf = MultinomialNB(alpha=0.3).fit(X[train], [labels[i] for i in train])
accuracy = clf.score(X[test], [labels[i] for i in test])
