/** The tenant that the first migration creates. */
export const DEFAULT_TENANT_ID = '00000000-0000-4000-8000-000000000001';

/** Slug of {@link DEFAULT_TENANT_ID}. */
export const DEFAULT_TENANT_SLUG = 'default';

/** The agent `guide` of the default tenant. */
export const GUIDE_AGENT_ID = '00000000-0000-4000-8000-00000000000a';
