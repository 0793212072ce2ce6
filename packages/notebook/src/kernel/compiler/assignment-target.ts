import type TypeScript from "typescript";
import type { Ts } from "./typescript.js";

/** What to assign to instead of declaring a name or a pattern: `{ a, b: [c] = [] }` as an expression. */
export function assignmentTarget(ts: Ts, name: TypeScript.BindingName): TypeScript.Expression {
  const { factory } = ts;
  if (ts.isIdentifier(name)) return name;
  const withDefault = ({ name, initializer }: TypeScript.BindingElement) => {
    const target = assignmentTarget(ts, name);
    return initializer === undefined ? target : factory.createAssignment(target, initializer);
  };
  if (ts.isArrayBindingPattern(name)) {
    return factory.createArrayLiteralExpression(
      name.elements.map((element) => {
        if (ts.isOmittedExpression(element)) return element;
        const target = withDefault(element);
        return element.dotDotDotToken === undefined ? target : factory.createSpreadElement(target);
      }),
    );
  }
  return factory.createObjectLiteralExpression(
    name.elements.map((element) => {
      if (element.dotDotDotToken !== undefined)
        return factory.createSpreadAssignment(assignmentTarget(ts, element.name));
      const property = element.propertyName ?? (element.name as TypeScript.Identifier);
      return factory.createPropertyAssignment(property, withDefault(element));
    }),
  );
}
