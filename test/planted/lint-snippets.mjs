import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

/**
 * Lints texts as if they stood in files of the current folder, with the repository's own configuration. Standard input:
 * `[{file, code}]`; standard output: for each, the names of the rules it breaks. Nothing is written anywhere.
 */
const snippets = JSON.parse(await text(process.stdin));
const overrideConfigFile = fileURLToPath(new URL('../../eslint.config.js', import.meta.url));
const eslint = new ESLint({ overrideConfigFile });
const results = [];
for (const { file, code } of snippets) {
  const [result] = await eslint.lintText(code, { filePath: file });
  results.push((result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message));
}
process.stdout.write(JSON.stringify(results));
