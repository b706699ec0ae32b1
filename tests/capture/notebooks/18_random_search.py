# %%
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import RandomizedSearchCV, train_test_split
X, y = load_breast_cancer(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=21)

# %%
param_dist = {"max_depth": [2, 4, 8], "min_samples_split": [2, 5, 10]}
n_iter_search = 4
rs = RandomizedSearchCV(ExtraTreesClassifier(n_estimators=15, random_state=21), param_distributions=param_dist,
                        n_iter=n_iter_search, cv=3, random_state=21)
rs.fit(X_train, y_train)
print("Best: %f using %s" % (rs.best_score_, rs.best_params_))

# %%
best = rs.best_estimator_
test_acc = best.score(X_test, y_test)
train_acc = best.score(X_train, y_train)
print("train/test", train_acc, test_acc)
gap = train_acc - test_acc

# %% [truth]
[params]
test_size = 0.3
"train_test_split.random_state" = 21
"param_dist.max_depth" = "[2, 4, 8]"
"param_dist.min_samples_split" = "[2, 5, 10]"
n_iter_search = 4
n_iter = 4
n_estimators = 15
cv = 3
random_state = 21
"best_params_.max_depth" = "rs.best_params_['max_depth']"
"best_params_.min_samples_split" = "rs.best_params_['min_samples_split']"
[metrics]
best_score_ = "rs.best_score_"
test_acc = "test_acc"
train_acc = "train_acc"
gap = "gap"
mean_test_score = "list(rs.cv_results_['mean_test_score'])"
