"""The weekly list of lesson 5.1: which 50 households get an offer, from one file of weekly sales.

A small system with everything that a large one has: features, labels, training, a decision, a job that reads and writes
files. ``sales`` is a table with one row for each household and week with a purchase: ``household_id``, ``week``, ``trips``,
``spend`` and ``discount`` in dollars, ``coupon_lines``.
"""
