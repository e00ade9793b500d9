# Every task by name. `python -m mldesign TASK` does the same without make (Windows: py -m mldesign TASK).
PYTHON ?= python3
RUN = @$(PYTHON) -m mldesign

.PHONY: help setup site build slides lab labs grade capstone grade-capstone test notebooks smoke execute measure screenshots weight a11y links audit questions lint lock repository wheelhouse
help:  ; $(RUN) help
setup: ; $(RUN) setup $(WHEELHOUSE)
site:  ; $(RUN) site $(PORT)
build: ; $(RUN) build
# Lecture decks alone: make slides, make slides OF=01-business-value, make slides PDF=1
slides: ; $(RUN) slides $(OF) $(PDF:%=--pdf)
lab:   ; $(RUN) lab
labs:  ; $(RUN) labs $(LAB)
test:  ; $(RUN) test
lint:  ; $(RUN) lint
lock:  ; $(RUN) lock
# One notebook or several: make notebooks NB=modules/01-intro/01-business-value.ipynb

smoke:      ; $(RUN) smoke $(NB)
notebooks:  ; $(RUN) notebooks $(NB)
execute:    ; $(RUN) execute $(NB)
# What a lesson measured, on a quiet machine: make measure, or make measure OF=engines
measure:    ; $(RUN) measure $(OF)
# Pictures of tools, taken from a notebook's own run: make screenshots, or make screenshots OF=mlflow_runs
screenshots: ; $(RUN) screenshots $(OF)
# A folder of students' workspaces: make grade OF=submissions/ LAB=2 (all labs without LAB; ROSTER=roster.csv for variants)
grade:      ; $(RUN) grade $(OF) $(LAB:%=--lab %) $(ROSTER:%=--roster %)
# The repository a capstone team starts from: make capstone DIR=../our-system; all teams judged: make grade-capstone OF=teams/
capstone:   ; $(RUN) capstone $(DIR) $(EXAMPLE:%=--example %)
grade-capstone: ; $(RUN) grade-capstone $(OF) $(TAG:%=--tag %)
# Gates of the published site and of what it is built on: each prints a table and can be red
weight: ; $(RUN) weight
a11y:   ; $(RUN) a11y $(PAGES)
links:  ; $(RUN) links
audit:  ; $(RUN) audit
# The question bank for Canvas and Moodle, into _build/questions
questions:  ; $(RUN) questions
# For a room without a network: make wheelhouse DIR=../wheelhouse SYSTEM=windows VERSION=3.12, there make setup WHEELHOUSE=../wheelhouse
wheelhouse: ; $(RUN) wheelhouse $(DIR) $(SYSTEM:%=--system %) $(VERSION:%=--python %)
repository: ; $(RUN) repository $(REPO)
