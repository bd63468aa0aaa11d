"""Addresses of the administration of organisations, people, policies and the calendar."""

from h5_pages.pipeline import Route
from h5_pages.views import organisation_tree, organisations, people, person, person_parts, policies

HOUSE_ROUTES = [
    Route("GET", "/admin/organisations", organisation_tree.tree),
    Route("GET", "/admin/organisations/new", organisations.new),
    Route("POST", "/admin/organisations/new", organisations.add),
    Route("GET", "/admin/organisations/{id}", organisations.page),
    Route("GET", "/admin/organisations/{id}/edit", organisations.edit),
    Route("POST", "/admin/organisations/{id}/edit", organisations.change),
    Route("GET", "/admin/organisations/{id}/move", organisations.move_form),
    Route("POST", "/admin/organisations/{id}/move", organisations.move),
    Route("POST", "/admin/organisations/{id}/close", organisations.close),
    Route("POST", "/admin/organisations/{id}/reopen", organisations.reopen),
    Route("GET", "/admin/people", people.search),
    Route("GET", "/admin/people/export.xlsx", people.export),
    Route("GET", "/admin/people/new", person.new),
    Route("POST", "/admin/people/new", person.add),
    Route("GET", "/admin/people/{id}", person.page),
    Route("GET", "/admin/people/{id}/edit", person.edit),
    Route("POST", "/admin/people/{id}/edit", person.change),
    Route("GET", "/admin/people/{id}/posts", person_parts.post_form),
    Route("POST", "/admin/people/{id}/posts", person_parts.give_post),
    Route("POST", "/admin/people/{id}/posts/{part}/end", person_parts.end_post),
    Route("GET", "/admin/people/{id}/ways", person_parts.way_form),
    Route("POST", "/admin/people/{id}/ways", person_parts.add_way),
    Route("POST", "/admin/people/{id}/ways/{part}", person_parts.change_way),
    Route("POST", "/admin/people/{id}/ways/{part}/earlier", person_parts.earlier_way),
    Route("POST", "/admin/people/{id}/ways/{part}/end", person_parts.end_way),
    Route("GET", "/admin/policies", policies.listed),
    Route("GET", "/admin/policies/{name}", policies.page),
    Route("POST", "/admin/policies/{name}", policies.save),
    Route("GET", "/admin/policies/{name}/new", policies.form),
    Route("POST", "/admin/policies/{name}/preview", policies.look_ahead),
]
