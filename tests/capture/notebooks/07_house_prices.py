# %%
import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn import metrics

np.random.seed(5)
size = np.random.randint(40, 220, 200)
rooms = np.random.randint(1, 7, 200)
price = 1800 * size + 12000 * rooms + np.random.normal(0, 20000, 200)
houses = pd.DataFrame({"size": size, "rooms": rooms, "price": price})
houses.describe()

# %%
print("Average price:", houses["price"].mean())
print("number of houses: ", houses.shape[0])
max_price = houses["price"].max()

# %%
X = houses[["size", "rooms"]]
y = houses["price"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=101)

# %%
lm = LinearRegression()
lm.fit(X_train, y_train)
print(lm.intercept_)
coeff_df = pd.DataFrame(lm.coef_, X.columns, columns=["Coefficient"])
coeff_df

# %%
predictions = lm.predict(X_test)
print("MAE:", metrics.mean_absolute_error(y_test, predictions))
print("MSE:", metrics.mean_squared_error(y_test, predictions))
print("RMSE:", np.sqrt(metrics.mean_squared_error(y_test, predictions)))

# %%
new_house = pd.DataFrame({"size": [120], "rooms": [3]})
predicted_price = lm.predict(new_house)[0]
print(f"Predicted price: {predicted_price:.0f}")

# %%
ridge = Ridge(alpha=10.0)
ridge.fit(X_train, y_train)
r2 = ridge.score(X_test, y_test)
print(f"Ridge R^2 on test: {r2:.3f}")

# %% [truth]
[params]
seed = 5
test_size = 0.2
random_state = 101
alpha = 10.0
[metrics]
MAE = "metrics.mean_absolute_error(y_test, predictions)"
MSE = "metrics.mean_squared_error(y_test, predictions)"
RMSE = "np.sqrt(metrics.mean_squared_error(y_test, predictions))"
r2 = "r2"
