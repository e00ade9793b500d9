"""A walking skeleton: which evening departures get a rebooking desk? One small module a job; replace each.

- ``ingest``: tables in local time
- ``contract``: what must hold of them
- ``features``: what was known at the hour of decision, by ``features.sql``
- ``candidates``: the baseline and its challenger
- ``train``, ``evaluate``, ``gate``: rolling origin, money with an interval, the decision record
- ``decide``, ``monitor``: the desks of each day, and whether what was predicted came true
- ``files``, ``params``, ``tracking``: atomic files, parameters, MLflow; general, leave them as they are
"""
