# %%
from sklearn.datasets import load_diabetes
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.metrics import mean_squared_error, r2_score
from sklearn.model_selection import train_test_split
X, y = load_diabetes(return_X_y=True)
X_train, X_val, y_train, y_val = train_test_split(X, y, test_size=0.2, random_state=42)

def train_and_eval(model, X_train, y_train, X_val, y_val):
    model.fit(X_train, y_train)
    train_pred = model.predict(X_train)
    val_pred = model.predict(X_val)
    if len(val_pred) == 0:
        return None
    train_rmse = mean_squared_error(y_train, train_pred) ** 0.5
    val_rmse = mean_squared_error(y_val, val_pred) ** 0.5
    return train_rmse, val_rmse, r2_score(y_val, val_pred)

# %%
rf = RandomForestRegressor(n_estimators=20, max_features=0.5, random_state=42)
rf_train, rf_val, rf_r2 = train_and_eval(rf, X_train, y_train, X_val, y_val)
print(rf_train, rf_val, rf_r2)

# %%
gb = GradientBoostingRegressor(n_estimators=40, learning_rate=0.1, subsample=0.8, random_state=42)
gb_train, gb_val, gb_r2 = train_and_eval(gb, X_train, y_train, X_val, y_val)
gb_val

# %% [truth]
[params]
test_size = 0.2
"train_test_split.random_state" = 42
"RandomForestRegressor.n_estimators" = 20
max_features = 0.5
"RandomForestRegressor.random_state" = 42
"GradientBoostingRegressor.n_estimators" = 40
learning_rate = 0.1
subsample = 0.8
"GradientBoostingRegressor.random_state" = 42
[metrics]
rf_train = "rf_train"
rf_val = "rf_val"
rf_r2 = "rf_r2"
gb_train = "gb_train"
gb_val = "gb_val"
gb_r2 = "gb_r2"
