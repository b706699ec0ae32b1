# %%
import numpy as np
from sklearn.svm import SVR
from sklearn.datasets import load_diabetes
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import cross_val_score, cross_validate, ShuffleSplit
X, y = load_diabetes(return_X_y=True)

# %%
cv = ShuffleSplit(n_splits=4, test_size=0.25, random_state=11)
svr = make_pipeline(StandardScaler(), SVR(C=50, epsilon=2))
scores = cross_val_score(svr, X, y, cv=cv, scoring='r2')
print("R2: %0.2f (+/- %0.2f)" % (scores.mean(), scores.std() * 2))

# %%
scores

# %%
out = cross_validate(svr, X, y, cv=3, scoring=('neg_mean_absolute_error',), return_train_score=True)
print('MAE test', -out['test_neg_mean_absolute_error'].mean())
print('MAE train', -out['train_neg_mean_absolute_error'].mean())

# %% [truth]
[params]
n_splits = 4
"ShuffleSplit.test_size" = 0.25
"ShuffleSplit.random_state" = 11
"C" = 50
epsilon = 2
"cross_val_score.scoring" = "r2"
"cross_validate.cv" = 3
"cross_validate.scoring" = "('neg_mean_absolute_error',)"
return_train_score = true
[metrics]
scores = "list(scores)"
R2 = "scores.mean()"
"scores.std() * 2" = "scores.std() * 2"
"MAE test" = "-out['test_neg_mean_absolute_error'].mean()"
"MAE train" = "-out['train_neg_mean_absolute_error'].mean()"
test_neg_mean_absolute_error = "list(out['test_neg_mean_absolute_error'])"
train_neg_mean_absolute_error = "list(out['train_neg_mean_absolute_error'])"
