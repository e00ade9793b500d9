"""Two instances that serve short and long requests, for lesson 6.2: one queue for both, or one instance for each kind."""

import numpy as np


def two_instances(
    rate: float, short: np.ndarray, long: np.ndarray, share: float, apart: bool, requests: int, seed: int
):
    """Simulate Poisson arrivals, first come first served; return response times of short and of long requests, in seconds.

    Args:
        rate: requests a second, both kinds together.
        short, long: service times in seconds, from which requests draw.
        share: of the requests that are long.
        apart: whether one instance serves the long ones only and the other the short ones; else either takes whoever is next.
        requests: how many.
        seed: the same seed gives both ways the same requests.
    """
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1 / rate, requests))
    is_long = rng.random(requests) < share
    work = np.where(is_long, rng.choice(long, requests), rng.choice(short, requests))
    free, late = [0.0, 0.0], np.empty(requests)
    for number, (moment, kind, seconds) in enumerate(
        zip(arrivals.tolist(), is_long.tolist(), work.tolist(), strict=True)
    ):
        which = int(kind) if apart else free.index(min(free))
        free[which] = max(moment, free[which]) + seconds
        late[number] = free[which] - moment
    return late[~is_long], late[is_long]
