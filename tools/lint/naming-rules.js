/** The house's own lint rules: what a file is called, and which class it may export. */

const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.(ts|tsx|js|cjs)$/;

/** Words of `FanOutEmitter` or `fan-out.emitter.ts`, in lower case. */
function wordsOf(name) {
  return name
    .replace(/\.(ts|tsx)$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .split(/[-.]/)
    .filter((word) => word !== '')
    .map((word) => word.toLowerCase().replace(/s$/, ''));
}

function baseName(context) {
  return context.filename.split('/').at(-1) ?? '';
}

const kebabFileName = {
  meta: { type: 'problem', schema: [], messages: { name: 'Name the file in kebab-case plus role: "{{name}}".' } },
  create: (context) => ({
    Program(node) {
      const name = baseName(context);
      if (!FILE_NAME.test(name)) context.report({ node, messageId: 'name', data: { name } });
    },
  }),
};

const oneExportedClass = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      second: 'A file exports one class; move {{name}} into its own.',
      name: 'Class {{name}} and file {{file}} differ: every word of the class belongs into the file name.',
    },
  },
  create(context) {
    // A file of errors is a table of them.
    if (baseName(context).endsWith('.errors.ts')) return {};
    let first = true;
    return {
      'ExportNamedDeclaration > ClassDeclaration'(node) {
        const name = node.id.name;
        const file = baseName(context);
        if (!first) context.report({ node, messageId: 'second', data: { name } });
        else if (!wordsOf(name).every((word) => wordsOf(file).includes(word))) {
          context.report({ node, messageId: 'name', data: { name, file } });
        }
        first = false;
      },
    };
  },
};

export const naming = { rules: { 'kebab-file-name': kebabFileName, 'one-exported-class': oneExportedClass } };
