"""GraphQL from its schema language and an object whose methods are the queries and mutations."""
import logging

from graphql import build_ast_schema, format_error, graphql, parse

# What is refused is in the answer; its traceback would fill the log.
logging.getLogger("graphql.execution").setLevel(logging.CRITICAL)


def graphql_api(sdl, root):
    """A function that answers a request; each method of root gets the request and the field's arguments."""
    schema = build_ast_schema(parse(sdl + "schema { query: Query mutation: Mutation }"))

    def of_root(name):
        return lambda _, info, **arguments: getattr(root, name)(info.context, **arguments)

    def of_value(name):
        return lambda value, *_, **__: value[name]

    for kind in schema.get_type_map().values():
        if kind.name.startswith("__") or not hasattr(kind, "interfaces"):
            continue
        for name, field in kind.fields.items():
            field.resolver = of_root(name) if kind.name in ("Query", "Mutation") else of_value(name)

    def answer(request):
        asked = request.json()
        result = graphql(schema, asked.get("query") or "", context=request, variables=asked.get("variables") or {})
        errors = {"errors": [format_error(error) for error in result.errors]} if result.errors else {}
        return errors if result.invalid else {"data": result.data, **errors}

    return answer
