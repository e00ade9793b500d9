"""Settings of the decks' own Sphinx; :mod:`mldesign.slides.build` names the decks and the folders."""

project = "Machine Learning Design for Business"
extensions = ["myst_parser", "sphinx_revealjs", "mldesign.slides.extension"]
language = "en"
myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath"]
html_math_renderer = "mathml"
html_copy_source = False
html_show_sourcelink = False
pygments_style = "a11y-high-contrast-light"  # the book's
revealjs_html_theme = "revealjs-simple"
revealjs_static_path = ["static", "../site/static/logo.svg"]
revealjs_use_section_ids = True
templates_path = ["templates"]
