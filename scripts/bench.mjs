import { main } from './lib/terminal.mjs';
import { runTool } from './lib/tool.mjs';

/** `npm run bench:<name> [-- arguments]`, and `npm run deploy:rolling [-- folder]`. */
await main(() => runTool('bench', process.argv.slice(2), ['gateway', 'agent-worker', 'slo-service', 'web']));
