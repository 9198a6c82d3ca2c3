import { main } from './lib/terminal.mjs';
import { runTool } from './lib/tool.mjs';

/** `npm run chaos [-- options]`. */
await main(() => runTool('chaos', process.argv.slice(2), ['gateway', 'agent-worker', 'slo-service']));
