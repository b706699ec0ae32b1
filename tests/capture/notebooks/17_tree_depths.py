# %%
from sklearn.tree import DecisionTreeRegressor
from sklearn.datasets import make_friedman1
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import train_test_split
X, y = make_friedman1(n_samples=300, noise=1.0, random_state=2)
train_X, val_X, train_y, val_y = train_test_split(X, y, random_state=1)

# %%
def get_mae(max_leaf_nodes, train_X, val_X, train_y, val_y):
    model = DecisionTreeRegressor(max_leaf_nodes=max_leaf_nodes, random_state=0)
    model.fit(train_X, train_y)
    preds_val = model.predict(val_X)
    mae = mean_absolute_error(val_y, preds_val)
    return(mae)

# %%
for max_leaf_nodes in [5, 25, 50, 100]:
    my_mae = get_mae(max_leaf_nodes, train_X, val_X, train_y, val_y)
    print("Max leaf nodes: %d  \t\t Mean Absolute Error:  %f" %(max_leaf_nodes, my_mae))

# %%
candidate_max_leaf_nodes = [5, 25, 50, 100]
scores = {leaf_size: get_mae(leaf_size, train_X, val_X, train_y, val_y) for leaf_size in candidate_max_leaf_nodes}
best_tree_size = min(scores, key=scores.get)

# %%
final_model = DecisionTreeRegressor(max_leaf_nodes=best_tree_size, random_state=1)
final_model.fit(X, y)

# %% [truth]
[params]
n_samples = 300
noise = 1.0
"make_friedman1.random_state" = 2
"train_test_split.random_state" = 1
candidate_max_leaf_nodes = "[5, 25, 50, 100]"
"DecisionTreeRegressor.random_state" = 0
"DecisionTreeRegressor_2.random_state" = 1
"max_leaf_nodes" = "best_tree_size"
[metrics]
my_mae = "[get_mae(k, train_X, val_X, train_y, val_y) for k in [5, 25, 50, 100]]"
"scores.5" = "scores[5]"
"scores.25" = "scores[25]"
"scores.50" = "scores[50]"
"scores.100" = "scores[100]"
