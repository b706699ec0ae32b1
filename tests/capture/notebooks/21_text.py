# %%
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB
from sklearn import metrics

texts = [
    "good movie",
    "great film",
    "awful plot",
    "bad acting",
    "loved it",
    "hated it",
    "wonderful cast",
    "terrible film",
    "good acting great plot",
    "awful awful movie",
    "nice",
    "boring",
] * 4
labels = [1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0] * 4
MAX_FEATURES = 50

# %%
vect = TfidfVectorizer(max_features=MAX_FEATURES, ngram_range=(1, 2), min_df=2, stop_words="english")
X = vect.fit_transform(texts)
print(X.shape)
print("vocabulary size", len(vect.vocabulary_))

# %%
nb = MultinomialNB(alpha=0.3)
nb.fit(X[:36], labels[:36])
pred = nb.predict(X[36:])
print("accuracy:   %0.3f" % metrics.accuracy_score(labels[36:], pred))
print("f1 = " + str(metrics.f1_score(labels[36:], pred)))

# %%
nb.predict_proba(vect.transform(["good film"]))

# %% [truth]
[params]
MAX_FEATURES = 50
max_features = 50
ngram_range = "(1, 2)"
min_df = 2
stop_words = "english"
alpha = 0.3
[metrics]
accuracy = "metrics.accuracy_score(labels[36:], pred)"
f1 = "metrics.f1_score(labels[36:], pred)"
