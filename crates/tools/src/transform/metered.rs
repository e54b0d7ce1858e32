//! Follows a JMESPath expression and pays fuel for each step. The library's own interpreter cannot be stopped.

use std::collections::BTreeMap;

use jmespath::ast::Ast;
use jmespath::{Context, Expression, Rcvar, Runtime, Variable};

use crate::programs::{Exhausted, Fuel};

/// Fuel for one element of a new list: the list takes memory.
const ELEMENT: usize = 8;

/// An expression with the fuel for one search.
pub(super) struct Metered<'a> {
    expression: &'a Expression<'static>,
    runtime: &'a Runtime,
    fuel: &'a Fuel,
}

impl<'a> Metered<'a> {
    /// * `runtime`: holds the functions.
    pub(super) fn new(expression: &'a Expression<'static>, runtime: &'a Runtime, fuel: &'a Fuel) -> Self {
        Self { expression, runtime, fuel }
    }

    /// What the expression finds in the data.
    pub(super) fn search(&self, data: &Rcvar) -> Result<Rcvar, String> {
        self.follow(self.expression.as_ast(), data)
    }

    fn follow(&self, ast: &Ast, data: &Rcvar) -> Result<Rcvar, String> {
        self.fuel.spend(1)?;
        match ast {
            Ast::Subexpr { lhs, rhs, .. } => self.follow(rhs, &self.follow(lhs, data)?),
            Ast::Or { lhs, rhs, .. } => {
                let left = self.follow(lhs, data)?;
                if left.is_truthy() { Ok(left) } else { self.follow(rhs, data) }
            }
            Ast::And { lhs, rhs, .. } => {
                let left = self.follow(lhs, data)?;
                if left.is_truthy() { self.follow(rhs, data) } else { Ok(left) }
            }
            Ast::Not { node, .. } => Ok(Rcvar::new(Variable::Bool(!self.follow(node, data)?.is_truthy()))),
            Ast::Condition { predicate, then, .. } => {
                if self.follow(predicate, data)?.is_truthy() {
                    self.follow(then, data)
                } else {
                    Ok(null())
                }
            }
            Ast::Comparison { comparator, lhs, rhs, .. } => {
                let (left, right) = (self.follow(lhs, data)?, self.follow(rhs, data)?);
                self.pay_for_all_of(&left)?;
                Ok(left.compare(comparator, &right).map_or_else(null, |holds| Rcvar::new(Variable::Bool(holds))))
            }
            Ast::ObjectValues { node, .. } => self.values(&self.follow(node, data)?),
            Ast::Projection { lhs, rhs, .. } => self.project(&self.follow(lhs, data)?, rhs),
            Ast::Flatten { node, .. } => self.flatten(&self.follow(node, data)?),
            Ast::MultiList { .. } | Ast::MultiHash { .. } if data.is_null() => Ok(null()),
            Ast::MultiList { elements, .. } => {
                let found: Result<_, String> = elements.iter().map(|element| self.follow(element, data)).collect();
                Ok(Rcvar::new(Variable::Array(found?)))
            }
            Ast::MultiHash { elements, .. } => {
                let found: Result<BTreeMap<_, _>, String> =
                    elements.iter().map(|pair| Ok((pair.key.clone(), self.follow(&pair.value, data)?))).collect();
                Ok(Rcvar::new(Variable::Object(found?)))
            }
            Ast::Function { name, args, offset } => {
                let args: Result<Vec<Rcvar>, String> = args.iter().map(|arg| self.follow(arg, data)).collect();
                self.call(name, &args?, *offset)
            }
            Ast::Expref { .. } => self.small(ast, data, self.expression.as_str().len()),
            Ast::Slice { .. } => self.small(ast, data, ELEMENT * length(data)),
            Ast::Field { .. } | Ast::Identity { .. } | Ast::Literal { .. } | Ast::Index { .. } => {
                self.small(ast, data, 1)
            }
        }
    }

    /// A step that the library's interpreter makes: it looks at nothing but the data itself.
    fn small(&self, ast: &Ast, data: &Rcvar, steps: usize) -> Result<Rcvar, String> {
        self.fuel.spend(steps as u64)?;
        jmespath::interpret(data, ast, &mut self.context(0)).map_err(|error| error.to_string())
    }

    fn context(&self, offset: usize) -> Context<'_> {
        let mut context = Context::new(self.expression.as_str(), self.runtime);
        context.offset = offset;
        context
    }

    fn values(&self, subject: &Rcvar) -> Result<Rcvar, String> {
        let Some(members) = subject.as_object() else { return Ok(null()) };
        self.fuel.spend((ELEMENT * members.len()) as u64)?;
        Ok(Rcvar::new(Variable::Array(members.values().cloned().collect())))
    }

    fn project(&self, subject: &Rcvar, each: &Ast) -> Result<Rcvar, String> {
        let Some(elements) = subject.as_array() else { return Ok(null()) };
        let mut found = Vec::new();
        for element in elements {
            self.fuel.spend(ELEMENT as u64)?;
            let one = self.follow(each, element)?;
            if !one.is_null() {
                found.push(one);
            }
        }
        Ok(Rcvar::new(Variable::Array(found)))
    }

    fn flatten(&self, subject: &Rcvar) -> Result<Rcvar, String> {
        let Some(elements) = subject.as_array() else { return Ok(null()) };
        let mut flat: Vec<Rcvar> = Vec::new();
        for element in elements {
            self.fuel.spend((ELEMENT * (1 + length(element))) as u64)?;
            match element.as_array() {
                Some(inner) => flat.extend(inner.iter().cloned()),
                None => flat.push(element.clone()),
            }
        }
        Ok(Rcvar::new(Variable::Array(flat)))
    }

    fn call(&self, name: &str, args: &[Rcvar], offset: usize) -> Result<Rcvar, String> {
        match (name, args) {
            ("map", [each, list]) => {
                if let Some((each, elements)) = each.as_expref().zip(list.as_array()) {
                    return Ok(Rcvar::new(Variable::Array(self.each(elements, each)?)));
                }
            }
            ("sort_by" | "max_by" | "min_by", [list, key]) => {
                if let Some((elements, key)) = list.as_array().zip(key.as_expref()) {
                    return self.by_key(name, elements, key, offset);
                }
            }
            _ => {}
        }
        self.library(name, args, offset)
    }

    fn each(&self, elements: &[Rcvar], ast: &Ast) -> Result<Vec<Rcvar>, String> {
        elements
            .iter()
            .map(|element| {
                self.fuel.spend(ELEMENT as u64)?;
                self.follow(ast, element)
            })
            .collect()
    }

    /// The keys are found here. The library's function then gets pairs of a key and its element, and compares the keys.
    fn by_key(&self, name: &str, elements: &[Rcvar], key: &Ast, offset: usize) -> Result<Rcvar, String> {
        let keys = self.each(elements, key)?;
        self.fuel.spend((4 * ELEMENT * elements.len()) as u64)?;
        let pair = |(key, element): (Rcvar, &Rcvar)| Rcvar::new(Variable::Array(vec![key, element.clone()]));
        let pairs = Rcvar::new(Variable::Array(keys.into_iter().zip(elements).map(pair).collect()));
        let first = Rcvar::new(Variable::Expref(Ast::Index { offset, idx: 0 }));
        let found = self.library(name, &[pairs, first], offset)?;
        if name == "sort_by" {
            let sorted = found.as_array().into_iter().flatten().map(|pair| pair.get_index(1));
            Ok(Rcvar::new(Variable::Array(sorted.collect())))
        } else {
            Ok(found.get_index(1))
        }
    }

    fn library(&self, name: &str, args: &[Rcvar], offset: usize) -> Result<Rcvar, String> {
        // To sort is to look at each element some twenty times.
        let times = if name.starts_with("sort") { 20 } else { 1 };
        for _ in 0..times {
            args.iter().try_for_each(|arg| self.pay_for(name, arg))?;
        }
        let function = self.runtime.get_function(name).ok_or_else(|| format!("there is no function {name}"))?;
        function.evaluate(args, &mut self.context(offset)).map_err(|error| error.to_string())
    }

    /// Some functions look at all that is in their arguments, the others at its outermost level.
    fn pay_for(&self, name: &str, arg: &Rcvar) -> Result<(), Exhausted> {
        match name {
            "to_string" | "contains" | "join" | "sort" | "max" | "min" => self.pay_for_all_of(arg),
            // Of pairs, the library looks at the keys.
            "sort_by" | "max_by" | "min_by" => {
                arg.as_array().into_iter().flatten().try_for_each(|pair| self.pay_for_all_of(&pair.get_index(0)))
            }
            _ => self.fuel.spend((1 + ELEMENT * length(arg)) as u64),
        }
    }

    fn pay_for_all_of(&self, value: &Variable) -> Result<(), Exhausted> {
        self.fuel.spend(1 + length(value) as u64)?;
        match value {
            Variable::Array(elements) => elements.iter().try_for_each(|element| self.pay_for_all_of(element)),
            Variable::Object(members) => members.iter().try_for_each(|(name, member)| {
                self.fuel.spend(name.len() as u64)?;
                self.pay_for_all_of(member)
            }),
            _ => Ok(()),
        }
    }
}

fn null() -> Rcvar {
    Rcvar::new(Variable::Null)
}

/// Elements, members or bytes on the outermost level.
fn length(value: &Variable) -> usize {
    match value {
        Variable::Array(elements) => elements.len(),
        Variable::Object(members) => members.len(),
        Variable::String(text) => text.len(),
        Variable::Null | Variable::Bool(_) | Variable::Number(_) | Variable::Expref(_) => 0,
    }
}
