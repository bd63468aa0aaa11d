"""Macros are made once for a language, so none of them may lean on the page that uses it."""

from jinja2 import Environment, meta, nodes

from bot.catalogues import Catalogues
from h5_pages.render import Renderer
from h5_pages.statics import Statics
from storage.clock import RealClock


def test_what_templates_import_needs_nothing_of_a_page_but_what_it_hands_over() -> None:
    environment = Renderer(Statics(), Catalogues.load(), RealClock()).environment("en")
    needed = {name: _names_from_outside(environment, name) for name in _imported(environment)}
    assert "macros.html" in needed
    assert not {name: names for name, names in needed.items() if names}


def _imported(environment: Environment) -> set[str]:
    found = set()
    for name in environment.list_templates(extensions=["html"]):
        tree = _tree(environment, name)
        tags: list[nodes.Import | nodes.FromImport] = [
            *tree.find_all(nodes.Import),
            *tree.find_all(nodes.FromImport),
        ]
        for tag in tags:
            assert not tag.with_context, f"{name} imports {tag.template} anew for every page"
            found.add(tag.template.as_const())
    return found


def _names_from_outside(environment: Environment, name: str) -> set[str]:
    tree = _tree(environment, name)
    made_here = {each.name for each in tree.find_all(nodes.Name) if each.ctx == "store"}
    return meta.find_undeclared_variables(tree) - environment.globals.keys() - made_here


def _tree(environment: Environment, name: str) -> nodes.Template:
    assert environment.loader is not None
    return environment.parse(environment.loader.get_source(environment, name)[0])
