import ts from 'typescript';

/** Removes what only concerns types: `{ … } as const satisfies X`, `({ … })`, `Object.freeze({ … })`. */
function unwrapped(node) {
  if (!node) return undefined;
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isParenthesizedExpression(node)) {
    return unwrapped(node.expression);
  }
  const isFreeze = ts.isCallExpression(node) && node.expression.getText() === 'Object.freeze';
  return isFreeze ? unwrapped(node.arguments[0]) : node;
}

/** `{ __proto__: null }` inherits nothing. */
const inheritsNothing = (literal) =>
  literal.properties.some(
    (property) =>
      ts.isPropertyAssignment(property) &&
      property.name.getText() === '__proto__' &&
      property.initializer.kind === ts.SyntaxKind.NullKeyword,
  );

/** Reports if a name stands for a variable that an object literal initialises, here or in another module. */
function isLiteral(checker, node) {
  let symbol = checker.getSymbolAtLocation(node);
  if (symbol && symbol.flags & ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
  const declaration = symbol?.valueDeclaration;
  if (!declaration || !ts.isVariableDeclaration(declaration)) return false;
  const value = unwrapped(declaration.initializer);
  return value !== undefined && ts.isObjectLiteralExpression(value) && !inheritsNothing(value);
}

/** Reports if a key can be any text: the names of the literal's own members are known to the compiler. */
const isAnyText = (checker, node) => {
  const type = checker.getTypeAtLocation(node);
  const parts = type.isUnion() ? type.types : [type];
  return parts.some(({ flags }) => (flags & (ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral)) !== 0);
};

/** Rule against `literal[text]` and `text in literal`: `constructor` and `toString` are found in every object literal. */
const noTextKeys = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      inherited:
        "'{{object}}' is an object literal, in which '{{key}}' may be 'constructor': use a Map, or Object.hasOwn({{object}}, {{key}}) in the same function",
    },
  },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const typed = (node) => esTreeNodeToTSNodeMap.get(node);
    const isGuarded = (node, object, key) => {
      let outer = node;
      while (outer.parent && !/Function/.test(outer.type)) outer = outer.parent;
      return context.sourceCode.getText(outer).includes(`Object.hasOwn(${object}, ${key})`);
    };
    const check = (node, objectNode, keyNode) => {
      if (objectNode.type !== 'Identifier' || !isLiteral(checker, typed(objectNode))) return;
      if (keyNode.type === 'Literal' || !isAnyText(checker, typed(keyNode))) return;
      const [object, key] = [objectNode, keyNode].map((each) => context.sourceCode.getText(each));
      if (!isGuarded(node, object, key)) {
        context.report({ node, messageId: 'inherited', data: { object, key } });
      }
    };
    return {
      'MemberExpression[computed=true]': (node) => {
        const { parent } = node;
        const isWritten = parent.type === 'AssignmentExpression' && parent.left === node;
        if (!isWritten) check(node, node.object, node.property);
      },
      "BinaryExpression[operator='in']": (node) => check(node, node.right, node.left),
    };
  },
};

export const literalKeysPlugin = { rules: { 'no-text-keys': noTextKeys } };
