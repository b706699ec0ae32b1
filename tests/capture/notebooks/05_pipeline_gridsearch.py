# %%
import warnings; warnings.filterwarnings('ignore')
from sklearn.datasets import load_wine
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split

X, y = load_wine(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=3)

# %%
pipe = Pipeline([('scale', StandardScaler()), ('pca', PCA(n_components=5)), ('clf', LogisticRegression(max_iter=2000))])
param_grid = {
    'clf__C': [0.01, 0.1, 1, 10],
    'pca__n_components': [2, 5],
}
grid = GridSearchCV(pipe, param_grid, cv=3, scoring='accuracy')
grid.fit(X_train, y_train)

# %%
print(grid.best_params_)
print("Best CV score: {:.3f}".format(grid.best_score_))

# %%
grid.score(X_test, y_test)

# %% [truth]
[params]
random_state = 3
n_components = 5
max_iter = 2000
"param_grid.clf__C" = "[0.01, 0.1, 1, 10]"
"param_grid.pca__n_components" = "[2, 5]"
cv = 3
scoring = "accuracy"
"best_params_.clf__C" = "grid.best_params_['clf__C']"
"best_params_.pca__n_components" = "grid.best_params_['pca__n_components']"
[metrics]
best_score_ = "grid.best_score_"
"grid.score(X_test, y_test)" = "grid.score(X_test, y_test)"
mean_test_score = "list(grid.cv_results_['mean_test_score'])"
