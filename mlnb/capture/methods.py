"""What methods and functions are known to do to objects, by their names alone: change them, hand them on, or nothing.

Read by `names`. A name that stands nowhere here is taken to give something new and to change nothing, unless its call
stands alone: then it is there for what it does.
"""

from __future__ import annotations

from typing import Final

from mlnb.capture.vocabulary import listed

# Methods that change what they are called on, in libraries that notebooks use.
CHANGING: Final = listed(
    "append extend insert remove pop clear sort reverse update setdefault add discard popitem fit fit_transform "
    "partial_fit step zero_grad backward load_state_dict train eval to fill resize put itemset setflags add_module compile "
    "build add_subplot set_params optimize appendleft popleft extendleft rotate difference_update intersection_update "
    "symmetric_difference_update subtract set_index_dtype learn fit_predict add_edge add_node setstate seed shuffle"
)
# Methods of a generator of random numbers: each number that it gives changes it. A module's generator is `chance`'s affair.
DRAWING: Final = listed(
    "normal integers random choice choices permutation permuted uniform standard_normal sample binomial poisson exponential gamma "
    "beta lognormal multivariate_normal geometric laplace gauss randint randrange randn rand bytes spawn bit_generator"
)
# Functions that change what they are first given.
CHANGING_FIRST: Final = listed(
    "next setattr delattr shuffle heappush heappop heapify heapreplace heappushpop insort insort_left insort_right put place "
    "putmask fill_diagonal copyto put_along_axis"
)
# Methods and functions whose result may be, or hold, what they are called on or given.
SHARING: Final = listed(
    "fit partial_fit set_params reshape ravel view transpose swapaxes squeeze parameters named_parameters children modules items "
    "keys values get setdefault pop to cuda cpu train eval double float half numpy detach iter requires_grad_ asarray "
    "from_numpy as_tensor atleast_2d atleast_1d broadcast_to expand_dims swapaxes moveaxis diagonal iterrows itertuples"
)
HOLDING: Final = listed("iter enumerate zip map filter reversed list tuple dict sorted set partial")
# Functions whose result is used up by going through it.
ITERATING: Final = listed(
    "iter zip map filter enumerate reversed open islice chain cycle count tee accumulate starmap reader DictReader iterrows "
    "itertuples batched scandir finditer iglob iter_content"
)
# Functions whose result is a part of what they are given.
PICKING: Final = listed("next getattr min max vars")
# Of the changing methods those that change a container, not what is in it: and put what they are given inside.
FILLING: Final = listed(
    "append extend insert remove pop clear sort reverse update setdefault add discard popitem appendleft popleft extendleft rotate "
    "difference_update intersection_update symmetric_difference_update subtract"
)
# Calls that stand alone and change nothing of what they are given.
QUIET: Final = listed(
    "print display pprint len isinstance head tail info describe sample plot show hist imshow scatter bar barh boxplot pie "
    "write debug warning warn error critical log format to_csv to_parquet to_json to_excel to_pickle savefig dump save "
    "legend title xlabel ylabel set_title set_xlabel set_ylabel grid tight_layout close figure subplots text annotate axhline "
    "axvline fill_between errorbar contour contourf heatmap lineplot histplot scatterplot barplot countplot pairplot "
    "set_xlim set_ylim set_xticks set_yticks colorbar suptitle sleep makedirs mkdir exists assert_allclose assert_array_equal "
    "assert_frame_equal value_counts memory_usage summary collect score predict predict_proba transform mean sum std min max count "
    "groupby corr nunique unique isnull isna agg astype round describe copy"
)
