import pandas as pd
import numpy as np
# %%
people = pd.DataFrame({"age": np.random.randint(18, 80, 150), "city": np.random.choice(["a", "b", "c"], 150)})
people["income"] = people.age * 100.0 + np.random.normal(scale=300, size=150)
# %%
people.loc[people.sample(10).index, "income"] = np.nan
# %%
people.fillna({"income": people.income.median()}, inplace=True)
# %%
people.head()
# %%
people["old"] = people.age > 50
people.rename(columns={"city": "town"}, inplace=True)
# %%
by_town = people.groupby("town").income.mean()
people["town_income"] = people.town.map(by_town)
# %%
people.drop(columns="town", inplace=True)
# %%
features = ["age", "old", "town_income"]
# %%
%%track income
from sklearn.tree import DecisionTreeRegressor
tree = DecisionTreeRegressor(max_depth=3).fit(people[features][:100], people.income[:100])
r2 = tree.score(people[features][100:], people.income[100:])
