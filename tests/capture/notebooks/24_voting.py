# %%
import matplotlib; matplotlib.use("agg")
import time
import numpy as np
from sklearn.datasets import make_classification
from sklearn.ensemble import VotingClassifier, AdaBoostClassifier, BaggingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
X, y = make_classification(500, 10, n_informative=6, random_state=17)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=17)

# %%
log_clf = LogisticRegression(C=3, random_state=17)
svm_clf = SVC(gamma=0.2)
voting_clf = VotingClassifier(estimators=[('lr', log_clf), ('svc', svm_clf)], voting='hard')
start = time.time()
for clf in (log_clf, svm_clf, voting_clf):
    clf.fit(X_train, y_train)
    y_pred = clf.predict(X_test)
    print(clf.__class__.__name__, accuracy_score(y_test, y_pred))
elapsed = time.time() - start
print("took %.2f seconds" % elapsed)

# %%
%%time
ada = AdaBoostClassifier(n_estimators=25, learning_rate=0.5, random_state=17)
ada.fit(X_train, y_train)
ada_acc = accuracy_score(y_test, ada.predict(X_test))

# %%
bag_clf = BaggingClassifier(n_estimators=10, max_samples=100, oob_score=True, random_state=17)
bag_clf.fit(X_train, y_train)
bag_clf.oob_score_

# %% [truth]
[params]
n_samples = 500
n_features = 10
n_informative = 6
"make_classification.random_state" = 17
"train_test_split.random_state" = 17
C = 3
"LogisticRegression.random_state" = 17
gamma = 0.2
voting = "hard"
"AdaBoostClassifier.n_estimators" = 25
learning_rate = 0.5
"AdaBoostClassifier.random_state" = 17
"BaggingClassifier.n_estimators" = 10
max_samples = 100
oob_score = true
"BaggingClassifier.random_state" = 17
[metrics]
LogisticRegression = "accuracy_score(y_test, log_clf.predict(X_test))"
SVC = "accuracy_score(y_test, svm_clf.predict(X_test))"
VotingClassifier = "accuracy_score(y_test, voting_clf.predict(X_test))"
ada_acc = "ada_acc"
oob_score_ = "bag_clf.oob_score_"
