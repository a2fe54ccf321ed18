"""The expression language of ODK XForms: text → tree → closures.

    parser.parse(text) -> ast.Expr                                raises errors.ExpressionSyntax(detail, position, reason)
    compile.compile_expression(expr, functions=…) -> Compiled     raises errors.UnknownFunction, errors.WrongArguments
    Compiled(node, context) -> values.Value                       raises errors.EvaluationFault
    Compiled.text / .number / .true / .nodes (node, context)      the same, converted as a bind needs it
    Compiled.expr, Compiled.type                                  the tree, the static type (code.Type)
    printer.to_text(expr) -> str                                  parse(to_text(expr)) == expr
    functions.FUNCTIONS: name → Function(kinds, least, most, result, pure …)   what the linter knows of the functions

`tree.XNode` is what expressions walk (the engine's nodes are subclasses), `context.EvalContext` what they may ask of the world.
All errors are errors.ExpressionFault. Nothing here knows binds, questions or forms. The rules where other engines differ: docs/dialect.md.
"""
