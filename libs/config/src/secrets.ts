/** Names that an agent's definition may refer to; anything else in the environment stays out of its reach. */
export const SECRET_NAME = /^HOLDFAST_SECRET_[A-Z0-9_]{1,64}$/;

/** The secret that a stored definition refers to by name, or undefined if it is absent or the name is not allowed. */
export function readSecret(name: string): string | undefined {
  return SECRET_NAME.test(name) ? process.env[name] : undefined;
}
