import ts from "typescript";

export interface Import {
  readonly target: string;
  /** Nothing of it is left at run time. */
  readonly isTypeOnly: boolean;
}

/** Every module that a source names, however it does: import, export from, import(), import type, or for its effect. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  const add = (target: ts.Node | undefined, isTypeOnly: boolean) => {
    if (target !== undefined && ts.isStringLiteralLike(target)) found.push({ target: target.text, isTypeOnly });
  };
  eachNode(text, (node) => {
    // `import { type A } from` is not type-only: the module is still loaded.
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
  });
  return found;
}

const globals: ReadonlySet<string> = new Set(["process", "console", "globalThis"]);

/** Uses of the process, the console, the wall clock and chance, each with its line. Comments and texts do not count. */
export function worldlyUsesOf(text: string): string[] {
  const found: string[] = [];
  eachNode(text, (node, source) => {
    if (!isWorldly(node)) return;
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${line + 1} ${node.getText(source)}`);
  });
  return found;
}

function isWorldly(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return globals.has(node.text) && isReference(node);
  if (ts.isNewExpression(node)) return isNamed(node.expression, "Date") && (node.arguments ?? []).length === 0;
  if (ts.isCallExpression(node)) return isNamed(node.expression, "Date");
  if (!ts.isPropertyAccessExpression(node)) return false;
  const { expression, name } = node;
  return (
    (isNamed(expression, "Date") && name.text === "now") || (isNamed(expression, "Math") && name.text === "random")
  );
}

/** The name stands for the global, not for a property, key or declaration of the same name. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return false;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  return !("name" in parent && parent.name === node) && !(ts.isBindingElement(parent) && parent.propertyName === node);
}

function isNamed(node: ts.Node, name: string): boolean {
  return ts.isIdentifier(node) && node.text === name;
}

function eachNode(text: string, visit: (node: ts.Node, source: ts.SourceFile) => void): void {
  const source = ts.createSourceFile("source.tsx", text, ts.ScriptTarget.Latest, true);
  const walk = (node: ts.Node): void => {
    visit(node, source);
    ts.forEachChild(node, walk);
  };
  walk(source);
}
