export { SECTIONS, type Config } from './config.js';
export { ConfigError } from './config.errors.js';
export { inheritedEnvironment, loadConfig, loadSections } from './load-config.js';
export { readSecret, SECRET_NAME } from './secrets.js';
export type { Environment, Section, Variable } from './variable.js';
