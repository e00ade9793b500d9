"""The coupon system's service without micro-batching: ``python one_by_one.py --port 8000``, in the system's folder.

The same program, with one setting changed: no two requests share a statement. So a request keeps an instance to itself, as
the formulas of lesson 6.2 assume; ``measure_service.py`` holds both ways of running against these formulas.
"""

from targeting import scoring, serve

scoring.MAX_TOGETHER = 1

if __name__ == "__main__":
    serve.main()
