//! How much larger than its input an expression's result can become, told from the expression alone.

use jmespath::ast::Ast;

/// An upper bound of (size of result) / (size of input).
pub(super) fn growth(ast: &Ast) -> f64 {
    match ast {
        Ast::Identity { .. } | Ast::Field { .. } | Ast::Index { .. } | Ast::Slice { .. } => 1.0,
        Ast::Literal { value, .. } => value.to_string().len() as f64,
        Ast::Comparison { lhs, rhs, .. } | Ast::And { lhs, rhs, .. } | Ast::Or { lhs, rhs, .. } => {
            growth(lhs).max(growth(rhs))
        }
        Ast::Projection { lhs, rhs, .. } | Ast::Subexpr { lhs, rhs, .. } => growth(lhs) * growth(rhs),
        Ast::Condition { predicate, then, .. } => growth(predicate).max(growth(then)),
        Ast::Expref { ast, .. } => growth(ast),
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => growth(node),
        Ast::MultiList { elements, .. } => elements.iter().map(growth).sum::<f64>().max(1.0),
        Ast::MultiHash { elements, .. } => elements.iter().map(|pair| growth(&pair.value)).sum::<f64>().max(1.0),
        Ast::Function { name, args, .. } => called(name, args),
    }
}

fn called(name: &str, args: &[Ast]) -> f64 {
    let arguments: f64 = args.iter().map(growth).map(|growth| growth.max(1.0)).product();
    match name {
        // Quoting a string escapes its quotes and backslashes.
        "to_string" => 2.0 * arguments,
        "merge" | "not_null" => args.iter().map(growth).sum::<f64>().max(1.0),
        _ => arguments,
    }
}
