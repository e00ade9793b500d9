"""Who gets the next coupon book? From the retailer's tables to a mailing list, one small module a job.

- ``history``: what was known about each mailed household when its campaign started, and what it did then
- ``policies``: rules that rank households, and the mailing list that a budget allows
- ``value``: the money of a mailing
- ``backtest``: what a policy would have earned on past campaigns
- ``experiment``: plan an experiment, read an interval
- ``params``: the decisions that ``params.yaml`` records
"""
