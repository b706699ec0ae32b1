import json
import os
import pandas as pd
import numpy as np
# %%
os.makedirs("made", exist_ok=True)
table = pd.DataFrame({"x": np.random.rand(80), "z": np.random.rand(80)})
table["y"] = 2 * table.x - table.z
table.to_csv("made/table.csv", index=False)
# %%
settings = {"depth": 3}
with open("made/settings.json", "w") as handle:
    json.dump(settings, handle)
# %%
raw = pd.read_csv("made/table.csv")
# %%
raw["xz"] = raw.x * raw.z
# %%
with open("made/settings.json") as handle:
    depth = json.load(handle)["depth"]
# %%
%%track tree
from sklearn.tree import DecisionTreeRegressor
tree = DecisionTreeRegressor(max_depth=depth).fit(raw[["x", "z", "xz"]][:60], raw.y[:60])
r2 = tree.score(raw[["x", "z", "xz"]][60:], raw.y[60:])
