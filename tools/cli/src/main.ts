#!/usr/bin/env node
import { inheritedEnvironment } from '@holdfast/config';
import { agentCreate } from './commands/agent-create.command.js';
import { migrateStatus, migrateUp } from './commands/migrate.command.js';
import { tenantCreate } from './commands/tenant-create.command.js';
import { tokenCreate } from './commands/token-create.command.js';
import { localStack } from './local-stack.js';
import { runCli } from './run-cli.js';

const COMMANDS = [tenantCreate, agentCreate, tokenCreate, migrateUp, migrateStatus];

process.exitCode = await runCli(COMMANDS, process.argv.slice(2), {
  env: { ...localStack(), ...inheritedEnvironment() },
  out: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
});
