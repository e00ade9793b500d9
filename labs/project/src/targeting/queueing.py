"""How long requests wait: a formula for several instances behind one queue, and a simulation to hold it against.

Requests come by chance (Poisson), at ``rate`` a second; ``times`` are measured service times in seconds, of requests
that had nothing to wait for. The formula is that of M/M/c, corrected for the spread of service times; with one instance
it is exact (Pollaczek and Khinchine), with several an approximation.
"""

import heapq
import math

import numpy as np

SHARE = 0.95  # of requests that the promised time is kept for


def waiting_share(load: float, instances: int) -> float:
    """Return the share of requests that have to wait, by Erlang's formula C.

    Args:
        load: rate × mean service time, in instances: 1.6 keeps two busy for 80 % of the time.
        instances: more than ``load``.
    """
    blocked = 1.0  # Erlang's formula B, one instance more at a time
    for count in range(1, instances + 1):
        blocked = load * blocked / (count + load * blocked)
    return blocked * instances / (instances - load * (1 - blocked))


# TASK 7.3: how busy the instances are, and how long a request waits on average
def utilisation(rate: float, times: np.ndarray, instances: int) -> float:
    """Return the share of their time for which the instances are busy; 1 or more: they never catch up."""
    return rate * float(np.mean(times)) / instances


def mean_wait(rate: float, times: np.ndarray, instances: int) -> float:
    """Return the mean seconds that a request waits before it is served; infinite when the instances never catch up."""
    busy, mean = utilisation(rate, times, instances), float(np.mean(times))
    if busy >= 1:
        return math.inf
    spread = float(np.std(times)) / mean
    return waiting_share(busy * instances, instances) * mean / (instances * (1 - busy)) * (1 + spread**2) / 2


# END TASK 7.3


def response(rate: float, times: np.ndarray, instances: int, share: float = SHARE) -> float:
    """Return the seconds within which ``share`` of the requests are answered, wait and service together.

    Who waits does so for an exponential time; wait and own service time are independent. Infinite when the instances
    never catch up.
    """
    wait, times = mean_wait(rate, times, instances), np.asarray(times, dtype=float)
    if math.isinf(wait):
        return math.inf
    if wait == 0:
        return float(np.quantile(times, share))
    waiting = waiting_share(rate * float(np.mean(times)), instances)

    def late(seconds: float) -> float:
        left = seconds - times
        return float(np.where(left < 0, 1.0, waiting * np.exp(-np.maximum(left, 0) * waiting / wait)).mean())

    early, longest = 0.0, float(times.max()) + wait / waiting * math.log(1e6)
    while longest - early > 1e-6:  # halve until a microsecond is left
        middle = (early + longest) / 2
        early, longest = (middle, longest) if late(middle) > 1 - share else (early, middle)
    return longest


# TASK 7.4: how many instances keep the promise, also on the day on which one is down
def instances_needed(rate: float, times: np.ndarray, target: float, spare: int = 1) -> int:
    """Return the fewest instances that answer 95 % of requests within ``target`` seconds while ``spare`` are down.

    Raises:
        ValueError: when no number of instances can: the service itself takes longer than that.
    """
    if np.quantile(times, SHARE) > target:
        raise ValueError(f"95 % within {target:g} s is impossible: {np.quantile(times, SHARE):g} s without any wait.")
    working = 1
    while response(rate, times, working) > target:
        working += 1
    return working + spare


# END TASK 7.4


def simulate(rate: float, times: np.ndarray, instances: int, requests: int, seed: int) -> np.ndarray:
    """Return the response times of simulated requests, in seconds: one queue, first come first served.

    Requests come whether or not earlier ones are answered (an open loop). The first tenth, while the queue fills, is
    left out.
    """
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1 / rate, requests))
    services = rng.choice(np.asarray(times, dtype=float), requests)
    free, answered = [0.0] * instances, np.empty(requests)
    for number, (arrival, service) in enumerate(zip(arrivals.tolist(), services.tolist(), strict=True)):
        done = max(arrival, heapq.heappop(free)) + service
        heapq.heappush(free, done)
        answered[number] = done - arrival
    return answered[requests // 10 :]
