import type { ServiceInfo } from '@holdfast/contracts';

/** Injection token of this process's {@link ServiceInfo}. */
export const IDENTITY = Symbol('IDENTITY');

export type Identity = ServiceInfo & { readonly app: 'slo-service' };
