# %%
import numpy as np, pandas as pd

idx = pd.date_range("2020-01-01", periods=200, freq="D")
rs = np.random.RandomState(8)
ts = pd.Series(50 + np.sin(np.arange(200) / 7) * 10 + rs.randn(200), index=idx)
ts.head(3)

# %%
split = 160
train, test = ts[:split], ts[split:]
print(len(train), len(test))

# %%
window = 7
ma = ts.rolling(window).mean().shift(1)[split:]
mae_ma = np.abs(test - ma).mean()
print("Moving average MAE = ", mae_ma)


# %%
def exp_smooth(series, alpha):
    out = [series.iloc[0]]
    for v in series.iloc[1:]:
        out.append(alpha * v + (1 - alpha) * out[-1])
    return np.array(out)


# %%
smooth = 0.6
es = exp_smooth(ts, smooth)
mape = np.mean(np.abs((test.values - es[split - 1 : -1]) / test.values)) * 100
rmse = np.sqrt(np.mean((test.values - es[split - 1 : -1]) ** 2))
print("MAPE: %.2f%%, RMSE: %.3f" % (mape, rmse))

# %%
forecast = es[-1]
print("tomorrow:", forecast)

# %% [truth]
[params]
split = 160
window = 7
smooth = 0.6
seed = 8
[metrics]
mae_ma = "mae_ma"
mape = "mape"
rmse = "rmse"
