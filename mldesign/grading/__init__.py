"""Grading for instructors: judge a folder of workspaces, each in processes of its own.

- :mod:`~mldesign.grading.reading` takes the few files that count out of a submission, and runs nothing
- :mod:`~mldesign.grading.confine` takes files, network and processes away from the code that is judged
- :mod:`~mldesign.grading.children` runs one piece of work in a process of its own, and believes only what carries its nonce
- :mod:`~mldesign.grading.judging` judges one task with the checks that the student has
- :mod:`~mldesign.grading.marking` goes through the tasks of a submission, and compares submissions
- :mod:`~mldesign.grading.reports` writes the table, a report for each student, and a summary
- :mod:`~mldesign.grading.command` is ``python -m mldesign grade``

``labs/grading.md`` says how it is used, and what is protected.
"""
