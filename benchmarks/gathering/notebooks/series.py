import numpy as np
import pandas as pd
rng = np.random.default_rng()
# %%
index = pd.date_range("2024-01-01", periods=200)
series = pd.Series(np.cumsum(rng.normal(size=200)), index=index)
# %%
lags = 3
table = pd.DataFrame({f"lag{k}": series.shift(k) for k in range(1, lags + 1)})
table["y"] = series
table.dropna(inplace=True)
# %%
table.describe()
# %%
table["trend"] = np.arange(len(table))
# %%
cut = 150
past, future = table.iloc[:cut], table.iloc[cut:]
# %%
%%track autoregression
from sklearn.linear_model import LinearRegression
model = LinearRegression().fit(past.drop(columns="y"), past["y"])
forecast = model.predict(future.drop(columns="y"))
mae = float(np.abs(forecast - future["y"]).mean())
