/** Injection token of the parsed {@link Config}. */
export const CONFIG = Symbol('CONFIG');
